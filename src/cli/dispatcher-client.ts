/** What commands ask of a running dispatcher, by its REST API. */
import { Ajv } from 'ajv';
import type Type from 'typebox';
import { CliError, EXIT } from './exit.ts';

/** Milliseconds for one request, unless it is known to take longer. */
const TIMEOUT = 10_000;
/** No answer to a command is longer: a cluster of 10,000 nodes takes some 20 MB. */
const MAX_BYTES = 128 * 1024 * 1024;

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
export function dispatcherClient(url: string): DispatcherClient {
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
      const { response, text } = await exchange(what, new URL(`${base}${path}`), method, timeout);
      const body = parse(text);
      if (response.ok) return checked(what, shape, body);
      const code = response.status < 500 ? EXIT.badInput : EXIT.unreachable;
      throw new CliError(code, `${what}: ${response.status} ${problemText(body) ?? response.statusText}`);
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

function baseOf(text: string): string {
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

async function exchange(what: string, url: URL, method: string, timeout: number) {
  try {
    const response = await fetch(url, {
      method,
      redirect: 'error',
      headers: { accept: 'application/json, application/problem+json', 'user-agent': 'roomlb' },
      signal: AbortSignal.timeout(timeout),
    });
    return { response, text: await read(response) };
  } catch (cause) {
    throw new CliError(EXIT.unreachable, `${what}: ${reason(cause, timeout)}`, { cause });
  }
}

async function read({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = (body as ReadableStream<Uint8Array> | null)?.getReader();
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    length += part.value.length;
    if (length > MAX_BYTES) throw new Error(`the answer is longer than ${MAX_BYTES} bytes`);
    chunks.push(part.value);
  }
  return Buffer.concat(chunks).toString();
}

/** fetch() says "fetch failed", and why in the cause; where several addresses were tried, in the causes of that. */
function reason(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeout} ms`;
  const { cause } = error;
  if (cause instanceof AggregateError) return cause.errors.map(String).join('; ');
  return cause instanceof Error ? cause.message : error.message;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Of problem details (RFC 9457), with the faults that RoomLB lists in them. */
function problemText(body: unknown): string | undefined {
  const { detail, title, faults } = isRecord(body) ? body : {};
  const text = typeof detail === 'string' ? detail : title;
  if (typeof text !== 'string') return undefined;
  const lines = Array.isArray(faults) ? faults.flatMap(faultLine) : [];
  return [text, ...lines].join('\n  ');
}

function faultLine(fault: unknown): string[] {
  if (!isRecord(fault) || typeof fault.message !== 'string') return [];
  const at = typeof fault.path === 'string' ? `${fault.path}: ` : '';
  const hint = typeof fault.hint === 'string' ? ` (hint: ${fault.hint})` : '';
  return [`${at}${fault.message}${hint}`];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
