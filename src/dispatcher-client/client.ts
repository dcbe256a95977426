/** What commands and agents ask a dispatcher by REST. */
import { readIntent, IntentError } from '../intent/read.ts';
import type { Intent } from '../intent/model.ts';
import { checkDocument } from '../topology/document.ts';
import { isError } from '../topology/faults.ts';
import type { Topology } from '../topology/model.ts';

/** A dispatcher could not be asked, or answered with something else than what was asked for. */
export class DispatcherError extends Error {
  override readonly name = 'DispatcherError';
}

/** Milliseconds that an answer may take, beside the time for which it was told to wait. */
const REQUEST_LIMIT = 10_000;
/** The largest answer, bytes: an intent of 10,000 nodes has some ten million. */
const MAX_ANSWER = 256 * 1024 * 1024;

export class DispatcherClient {
  /** @param base such as http://127.0.0.1:8080 */
  constructor(private readonly base: URL) {}

  get url(): string {
    return this.base.href;
  }

  /** @throws DispatcherError */
  async intent(): Promise<Intent> {
    const intent = await this.intentAfter(null, 0, new AbortController().signal);
    if (!intent) throw new DispatcherError(`${this.url}: no intent, although none was known`);
    return intent;
  }

  /**
   * The intent as soon as it is another one than `known`; undefined where it is still that one after `wait`
   * seconds.
   *
   * @throws DispatcherError; the signal's reason where it was aborted
   */
  async intentAfter(known: string | null, wait: number, signal: AbortSignal): Promise<Intent | undefined> {
    const url = new URL(`v1/intent?wait=${wait}`, this.base);
    const init = known === null ? {} : { headers: { 'if-none-match': `"${known}"` } };
    const answer = await this.ask(url, init, wait * 1000, signal);
    if (answer === undefined) return undefined;
    try {
      return readIntent(answer);
    } catch (error) {
      if (!(error instanceof IntentError)) throw error;
      throw new DispatcherError(`${url.href}: ${error.message}`, { cause: error });
    }
  }

  /** @throws DispatcherError */
  async topology(): Promise<Topology> {
    const url = new URL('v1/topology', this.base);
    const { topology, faults } = checkDocument(await this.ask(url, {}));
    if (topology) return topology;
    const [first] = faults.filter(isError);
    throw new DispatcherError(
      `${url.href}: no valid topology: ${first?.path ?? ''}: ${first?.message ?? ''}`,
    );
  }

  /** @throws DispatcherError */
  async report(balancer: string, report: object): Promise<unknown> {
    const url = new URL(`v1/targets/${encodeURIComponent(balancer)}/report`, this.base);
    const headers = { 'content-type': 'application/json' };
    return this.ask(url, { method: 'PUT', headers, body: JSON.stringify(report) });
  }

  /** Parsed JSON; undefined for 304 and 204. */
  private async ask(
    url: URL,
    init: RequestInit,
    wait = 0,
    signal = new AbortController().signal,
  ): Promise<unknown> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(wait + REQUEST_LIMIT)]);
    try {
      const response = await fetch(url, { ...init, redirect: 'error', signal: limit });
      if (response.status === 304 || response.status === 204) return undefined;
      const text = await boundedText(response);
      if (!response.ok) throw new Error(`${response.status} ${detailOf(text) ?? response.statusText}`);
      return JSON.parse(text) as unknown;
    } catch (cause) {
      signal.throwIfAborted();
      throw new DispatcherError(`${init.method ?? 'GET'} ${url.href}: ${reason(cause)}`, { cause });
    }
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    const bytes = chunk as Uint8Array;
    size += bytes.length;
    if (size > MAX_ANSWER) throw new Error(`an answer of more than ${MAX_ANSWER} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}

/** Of problem details (RFC 9457). */
function detailOf(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'detail' in body && typeof body.detail === 'string') {
      return body.detail;
    }
  } catch {
    // Then the status has to say it all.
  }
  return undefined;
}

/** fetch() says "fetch failed", and why in the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
