/** One request by HTTP and its answer as JSON, bounded in time and size. */

import { isRecord } from '../json.ts';

/** As the platform's own, or one that trusts other certificates: see secure-fetch.ts. */
export type Fetch = (url: URL, options: RequestInit) => Promise<Response>;

export interface ExchangeOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Milliseconds for all of it. */
  readonly timeout: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** Gives it up before. */
  readonly signal?: AbortSignal;
  /** Default: the platform's. */
  readonly fetch?: Fetch;
}

export interface Answer {
  readonly status: number;
  readonly ok: boolean;
  /** Value of a header, or null. */
  readonly header: (name: string) => string | null;
  /** Parsed JSON; undefined where there is none. */
  readonly body: unknown;
  /** Why not, in the words of the problem details (RFC 9457) where there are some, else of the status. */
  readonly problem: string;
}

/** No answer is longer, bytes: an intent of a cluster of 10,000 nodes takes some 20 MB. */
const MAX_BYTES = 128 * 1024 * 1024;

/** @throws Error that says why there is no answer; the signal's reason where it was given up */
export async function exchange(url: URL, options: ExchangeOptions): Promise<Answer> {
  const { method, timeout, headers, body, signal, fetch = globalThis.fetch } = options;
  const limit = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(url, {
      method,
      // Whoever is asked is who was named.
      redirect: 'error',
      headers: {
        accept: 'application/json, application/problem+json',
        'user-agent': 'roomlb',
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    const { status, statusText, ok } = response;
    const answer = parse(await read(response));
    return {
      status,
      ok,
      header: (name) => response.headers.get(name),
      body: answer,
      problem: problemText(answer) ?? statusText,
    };
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error(limit.aborted ? `no answer within ${timeout} ms` : reason(cause), { cause });
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
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(String).join('; ');
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reason(error.cause) : error.message;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** With the faults that RoomLB lists in them. */
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
