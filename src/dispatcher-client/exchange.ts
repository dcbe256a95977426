/** One request to a dispatcher and its answer, bounded in time and size. */

export interface ExchangeOptions {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Milliseconds for all of it. */
  readonly timeout: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** Gives it up before. */
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly ok: boolean;
  /** Parsed JSON; undefined where there is none. */
  readonly body: unknown;
  /** Why not, in the words of the problem details (RFC 9457) where there are some, else of the status. */
  readonly problem: string;
}

/** No answer is longer, bytes: an intent of a cluster of 10,000 nodes takes some 20 MB. */
const MAX_BYTES = 128 * 1024 * 1024;

/** @throws Error that says why there is no answer; the signal's reason where it was given up */
export async function exchange(url: URL, options: ExchangeOptions): Promise<Answer> {
  const { method, timeout, headers, body, signal } = options;
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
    return { status, ok, body: answer, problem: problemText(answer) ?? statusText };
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error(reason(cause, timeout), { cause });
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

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
