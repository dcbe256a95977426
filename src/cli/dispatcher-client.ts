/** What commands ask of a running dispatcher, by its REST API. */
import { Ajv } from 'ajv';
import type Type from 'typebox';
import { accessHeaders, ANONYMOUS, type Access } from '../http/access.ts';
import { exchange } from '../http/exchange.ts';
import { CliError, EXIT } from './exit.ts';

/** Milliseconds for one request, unless it is known to take longer. */
const TIMEOUT = 10_000;

export interface DispatcherClient {
  /** As it was given, for messages. */
  readonly url: string;
  /**
   * The answer, which must be of the shape; members that this version does not know are left in.
   *
   * @param path absolute; parts that come from outside already encoded
   * @param timeout milliseconds
   * @throws CliError: 2 where the dispatcher says that the request is wrong (4xx), 3 where it cannot be reached, is
   *   not one of this version, or fails (5xx)
   */
  request<S extends Type.TSchema>(
    method: 'GET' | 'POST',
    path: string,
    shape: S,
    timeout?: number,
  ): Promise<Type.Static<S>>;
}

/** @throws CliError for what is no base URL */
export function dispatcherClient(url: string, access: Access = ANONYMOUS): DispatcherClient {
  const base = baseOf(url);
  return {
    url,
    async request<S extends Type.TSchema>(
      method: 'GET' | 'POST',
      path: string,
      shape: S,
      timeout = TIMEOUT,
    ): Promise<Type.Static<S>> {
      const what = `${method} ${base}${path}`;
      const headers = accessHeaders(access);
      const answer = await exchange(new URL(`${base}${path}`), { method, timeout, headers }).catch(
        (cause: unknown) => {
          const why = cause instanceof Error ? cause.message : String(cause);
          throw new CliError(EXIT.unreachable, `${what}: ${why}`, { cause });
        },
      );
      if (answer.ok) return checked(what, shape, answer.body);
      const code = answer.status < 500 ? EXIT.badInput : EXIT.unreachable;
      throw new CliError(code, `${what}: ${answer.status} ${answer.problem}`);
    },
  };
}

const ajv = new Ajv();

function checked<S extends Type.TSchema>(what: string, shape: S, body: unknown): Type.Static<S> {
  const is = ajv.compile<Type.Static<S>>(shape);
  if (is(body)) return body;
  const fault =
    body === undefined ? 'it is not JSON' : ajv.errorsText(is.errors?.slice(0, 1), { dataVar: 'it' });
  const hint = 'is that a dispatcher of the same version?';
  throw new CliError(
    EXIT.unreachable,
    `${what}: the answer is not what was asked for: ${fault} (hint: ${hint})`,
  );
}

/** A dispatcher's URL without a slash at its end. */
export function baseOf(text: string): string {
  const fault = (why: string) =>
    new CliError(EXIT.badInput, `--dispatcher ${text}: ${why}, such as http://127.0.0.1:8080`);
  if (!URL.canParse(text)) throw fault('write a URL');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw fault('write an http or https URL');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new CliError(
      EXIT.badInput,
      '--dispatcher: write the URL without user, password, query and fragment',
    );
  }
  return url.href.replace(/\/+$/, '');
}
