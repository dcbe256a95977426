/** Calls of functions. */
import { decodeValue, encodeValue } from './codec.ts';
import { ArgumentError } from './provider.ts';
import type { Session, WireValue } from './session.ts';

export function callFunction<C>(
  { provider }: Session<C>,
  request: { readonly name: string; readonly arguments: readonly WireValue[] },
) {
  try {
    const found = provider.functions.find(({ name }) => name === request.name);
    if (!found) throw new Error(`the provider ${provider.name} has no function ${request.name}`);
    const args = found.parameters.map(({ type }, index) =>
      decodeValue(request.arguments[index]?.msgpack ?? new Uint8Array(), type),
    );
    return { result: { msgpack: encodeValue(found.call(args), found.returns) } };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return {
      error: { text, ...(error instanceof ArgumentError ? { function_argument: error.argument } : {}) },
    };
  }
}
