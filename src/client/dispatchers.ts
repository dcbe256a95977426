/** Several dispatchers, of which one is asked until it does not answer. */
import { exchange, type Answer, type ExchangeOptions, type Fetch } from '../http/exchange.ts';
import { RoomlbError } from './error.ts';

export interface DispatchersOptions {
  /** Base URLs such as `https://rooms-1.example.net`, all of replicas of one cluster. */
  readonly urls: readonly string[];
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | (() => string | undefined) | undefined;
  /** Milliseconds for one answer. */
  readonly timeout: number;
  /** The platform's where left out. */
  readonly fetch?: Fetch | undefined;
}

export class Dispatchers {
  readonly #options: DispatchersOptions;
  readonly #bases: readonly string[];
  #current = 0;

  /** @throws TypeError for what is no http or https URL, or has a user, a query or a fragment */
  constructor(options: DispatchersOptions) {
    this.#options = options;
    this.#bases = options.urls.map(baseOf);
    if (this.#bases.length === 0) throw new TypeError('no URL of a dispatcher');
  }

  /** A single one is asked twice: a connection that was kept may just have been closed by the other side. */
  get #tries(): number {
    return Math.max(2, this.#bases.length);
  }

  url(path: string): URL {
    return new URL(`${this.#bases[this.#current]}${path}`);
  }

  get fetch(): Fetch {
    return this.#options.fetch ?? globalThis.fetch;
  }

  get headers(): Readonly<Record<string, string>> {
    const { token: given } = this.#options;
    const token = typeof given === 'function' ? given() : given;
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  /** The next is asked from now on. */
  turn(): void {
    this.#current = (this.#current + 1) % this.#bases.length;
  }

  /**
   * The answer of the first that has one. Whatever is asked may be asked twice.
   *
   * @param fine statuses that are answers, besides 2xx
   * @throws RoomlbError; the signal's reason where it was given up
   */
  async ask(
    method: ExchangeOptions['method'],
    path: string,
    body?: object,
    fine: readonly number[] = [],
    more: Pick<ExchangeOptions, 'headers' | 'signal'> = {},
  ): Promise<Answer> {
    for (let tried = 1; ; tried++) {
      try {
        return await this.#askOne(method, path, body, fine, more);
      } catch (error) {
        if (!(error instanceof RoomlbError) || !error.temporary || tried >= this.#tries) throw error;
        this.turn();
      }
    }
  }

  async #askOne(
    method: ExchangeOptions['method'],
    path: string,
    body: object | undefined,
    fine: readonly number[],
    { headers: given, signal }: Pick<ExchangeOptions, 'headers' | 'signal'>,
  ): Promise<Answer> {
    const { timeout } = this.#options;
    const { fetch } = this;
    const headers = { ...this.headers, ...given };
    const url = this.url(path);
    const options = { method, timeout, headers, fetch, ...(body && { body }), ...(signal && { signal }) };
    const answer = await exchange(url, options).catch((cause: unknown) => {
      signal?.throwIfAborted();
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new RoomlbError(`${method} ${url.href}: ${why}`, undefined, { cause });
    });
    if (answer.ok || fine.includes(answer.status)) return answer;
    const message = `${method} ${url.href}: ${answer.status} ${answer.problem}`;
    throw new RoomlbError(message, answer.status, { answer });
  }
}

function baseOf(text: string): string {
  const url = new URL(text);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!/^https?:$/.test(url.protocol) || !plain) {
    throw new TypeError('write an http or https URL without user, password, query and fragment');
  }
  return url.href.replace(/\/+$/, '');
}
