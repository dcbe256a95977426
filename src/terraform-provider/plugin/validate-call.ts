/** What resources and data sources have in common when their configuration is looked at. */
import { checkValues, deprecations } from './check.ts';
import type { Diagnostic } from './diagnostics.ts';
import type { Call, WireValue } from './session.ts';
import type { ObjectValue } from './values.ts';

/** @param validate finds what no single attribute shows; parts of the configuration may be unknown */
export async function validated<C>(
  call: Call<C>,
  wire: WireValue,
  validate: ((config: ObjectValue) => readonly Diagnostic[]) | undefined,
) {
  await call.attempt(() => {
    const config = call.decode(wire);
    if (config === null) return;
    const { attributes } = call.schema;
    call.tell([
      ...checkValues(attributes, config),
      ...deprecations(attributes, config),
      ...(validate?.(config) ?? []),
    ]);
  });
  return { diagnostics: call.diagnostics() };
}
