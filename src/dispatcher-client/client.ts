/** What agents on balancer hosts ask of a dispatcher, and tell it, by REST. */
import type { Intent } from '../intent/model.ts';
import { readIntent, IntentError } from '../intent/read.ts';
import { isRecord } from '../json.ts';
import type { BalancerReport } from '../reconcile/report.ts';
import { checkDocument } from '../topology/document.ts';
import { isError } from '../topology/faults.ts';
import type { Topology } from '../topology/model.ts';
import { accessHeaders, ANONYMOUS, type Access } from '../http/access.ts';
import { exchange, type Answer, type ExchangeOptions } from '../http/exchange.ts';

/** A dispatcher could not be asked, or answered with something else than what was asked for. */
export class DispatcherError extends Error {
  override readonly name = 'DispatcherError';
}

/** Milliseconds that an answer may take, beside the time for which the dispatcher was told to wait. */
const REQUEST_LIMIT = 10_000;

export class AgentClient {
  readonly #base: string;
  readonly #access: Access;

  /** @param base such as http://127.0.0.1:8080, or with a path where a proxy puts it below one */
  constructor(base: URL, access: Access = ANONYMOUS) {
    this.#access = access;
    this.#base = base.href.replace(/\/+$/, '');
  }

  get url(): string {
    return this.#base;
  }

  /** @throws DispatcherError */
  async topology(): Promise<Topology> {
    const path = '/v1/topology';
    const { body } = await this.#ask(path, { method: 'GET' });
    const { topology, faults } = checkDocument(body);
    if (topology) return topology;
    const [first] = faults.filter(isError);
    throw new DispatcherError(
      `${this.#base}${path}: no valid topology: ${first?.path ?? ''} ${first?.message ?? ''}`,
    );
  }

  /** @throws DispatcherError */
  async intent(): Promise<Intent> {
    const intent = await this.intentAfter(null, 0);
    if (intent) return intent;
    throw new DispatcherError(`${this.#base}/v1/intent: not modified, although none was known`);
  }

  /**
   * Claimed rooms by node.
   *
   * @throws DispatcherError
   */
  async loads(): Promise<ReadonlyMap<string, number>> {
    const path = '/v1/loads';
    const { body } = await this.#ask(path, { method: 'GET' });
    const loads = isRecord(body) && Array.isArray(body.loads) ? (body.loads as unknown[]) : undefined;
    const entries = loads?.flatMap((load): [string, number][] =>
      isRecord(load) && typeof load.node === 'string' && typeof load.rooms === 'number'
        ? [[load.node, load.rooms]]
        : [],
    );
    if (entries && entries.length === loads?.length) return new Map(entries);
    throw new DispatcherError(`${this.#base}${path}: no rooms by node`);
  }

  /**
   * The intent as soon as it is another one than `known`; undefined where it is still that one after so many
   * seconds.
   *
   * @throws DispatcherError; the signal's reason where it was given up
   */
  async intentAfter(known: string | null, wait: number, signal?: AbortSignal): Promise<Intent | undefined> {
    const path = `/v1/intent?wait=${wait}`;
    const headers: Record<string, string> = known === null ? {} : { 'if-none-match': `"${known}"` };
    const { status, body } = await this.#ask(
      path,
      { method: 'GET', headers, ...(signal ? { signal } : {}) },
      wait * 1000,
    );
    if (status === 304) return undefined;
    try {
      return readIntent(body);
    } catch (error) {
      if (!(error instanceof IntentError)) throw error;
      throw new DispatcherError(`${this.#base}${path}: ${error.message}`, { cause: error });
    }
  }

  /**
   * Tells how the balancer stands.
   *
   * @returns whether somebody has asked the dispatcher to have it applied since the last report
   * @throws DispatcherError
   */
  async report(report: BalancerReport): Promise<boolean> {
    const path = `/v1/targets/${encodeURIComponent(report.balancer)}/report`;
    const { body } = await this.#ask(path, { method: 'PUT', body: report });
    return typeof body === 'object' && body !== null && 'apply' in body && body.apply === true;
  }

  async #ask(path: string, options: Omit<ExchangeOptions, 'timeout'>, wait = 0): Promise<Answer> {
    const what = `${options.method} ${this.#base}${path}`;
    const answer = await exchange(new URL(`${this.#base}${path}`), {
      ...options,
      headers: { ...accessHeaders(this.#access), ...options.headers },
      timeout: wait + REQUEST_LIMIT,
    }).catch((cause: unknown) => {
      options.signal?.throwIfAborted();
      throw new DispatcherError(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    });
    if (answer.ok || answer.status === 304) return answer;
    throw new DispatcherError(`${what}: ${answer.status} ${answer.problem}`);
  }
}
