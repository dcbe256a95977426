/** How resources and data sources ask dispatchers: again where it may help, one write after another. */
import { setTimeout as sleep } from 'node:timers/promises';
import { pauseAfter } from '../../back-off.ts';
import { Dispatchers } from '../../client/dispatchers.ts';
import { RoomlbError } from '../../client/error.ts';
import type { Answer, ExchangeOptions } from '../../http/exchange.ts';
import { secureFetch } from '../../http/secure-fetch.ts';
import type { Asker, Asking } from '../data-sources/asker.ts';
import { recordsOf } from '../../json.ts';
import { Guard, type PoolNode } from '../guard.ts';
import { failure } from '../plugin/diagnostics.ts';
import { log } from '../plugin/log.ts';
import type { Configuration } from './configuration.ts';
import { Ledger } from './ledger.ts';
import { ELSEWHERE, OLD_OR_ELSEWHERE, problemKind } from './problem.ts';

export interface Question {
  readonly method: ExchangeOptions['method'];
  /** Below the endpoint, with its query. */
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that are answers, besides 2xx. */
  readonly fine?: readonly number[];
  /** Gives it up; only for what changes nothing. */
  readonly stopped?: AbortSignal;
}

/** Seconds. */
const RETRY = { first: 0.25, most: 10 };

/** What `configure` makes of the provider's block. */
export interface DispatcherApi extends Asker {
  /**
   * Whatever is asked may be asked twice, also where the first answer got lost on its way.
   *
   * @throws DiagnosticError where there is no answer, or it is a refusal that is not among those that are fine
   */
  readonly request: (question: Question) => Promise<Answer>;
  /**
   * Does its work once all that was asked for before is done. A write names the revision of the whole topology that
   * it goes out from, so that writes side by side would only refuse each other.
   */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly guard: Guard;
  readonly ledger: Ledger;
}

export function connect(configuration: Configuration): DispatcherApi {
  return new HttpApi(configuration);
}

class HttpApi implements DispatcherApi {
  readonly #dispatchers: Dispatchers;
  readonly #maxRetries: number;
  /** Whether a client certificate is all that there is to show. */
  readonly #certificateAlone: () => boolean;
  readonly guard: Guard;
  readonly ledger = new Ledger();
  #last: Promise<unknown> = Promise.resolve();

  constructor({ endpoints, token, authorities, identity, timeout, maxRetries, guard }: Configuration) {
    const fetch = secureFetch({ authorities, verify: true, ...identity });
    this.#dispatchers = new Dispatchers({ urls: endpoints, token, timeout, fetch });
    this.#maxRetries = maxRetries;
    this.#certificateAlone = () => identity !== null && token() === undefined;
    this.guard = new Guard(guard, async () => poolNodes(await this.ask('/v1/nodes')));
  }

  async ask(path: string, asking: Asking = {}): Promise<unknown> {
    const method = asking.body === undefined ? 'GET' : 'POST';
    return (await this.request({ method, path, ...asking })).body;
  }

  async request({ method, path, body, headers, fine, stopped }: Question): Promise<Answer> {
    const more = { ...(headers && { headers }), ...(stopped && { signal: stopped }) };
    for (let failures = 1; ; failures++) {
      try {
        const answer = await this.#dispatchers.ask(method, path, body, fine, more);
        log('debug', `${method} ${path}: ${answer.status}${requestId(answer)}`);
        return answer;
      } catch (error) {
        if (stopped?.aborted) throw failure('Stopped', `${method} ${path} was given up.`);
        if (!(error instanceof RoomlbError)) throw error;
        if (!error.temporary || failures > this.#maxRetries) throw refusal(error, this.#certificateAlone());
        const pause = Math.max(pauseAfter(failures, RETRY), retryAfter(error.answer));
        log('debug', `${error.message}; asked again in ${pause.toFixed(1)} s`);
        await sleep(pause * 1000, undefined, { ...(stopped && { signal: stopped }) }).catch(() => undefined);
      }
    }
  }

  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

function poolNodes(answer: unknown): PoolNode[] {
  return recordsOf(answer, 'nodes').map((node) => ({
    id: String(node.id),
    vip: String(node.vip),
    present: node.state !== 'disabled',
    usable: node.state === 'active' && node.weight !== 0,
  }));
}

/** By which the logs of the dispatcher have it. */
function requestId(answer: Answer): string {
  const id = answer.header('x-request-id');
  return id === null ? '' : ` (x-request-id ${id})`;
}

/** Seconds that the dispatcher wants to be left alone (RFC 9110 section 10.2.3), within reason. */
function retryAfter(answer: Answer | undefined): number {
  const seconds = Number(answer?.header('retry-after') ?? 0);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 60) : 0;
}

const HINTS: Readonly<Record<number, string>> = {
  401: 'Set token, token_file or ROOMLB_TOKEN.',
  403: 'The token lacks a scope: the provider needs read, topology:write, nodes:write and rooms:write.',
  429: 'It is asked too often; see max_retries, and -parallelism of terraform.',
};

/** A proxy in front may be content with one; a dispatcher takes it for that of a node. */
const CERTIFICATE_ALONE =
  'A client certificate alone speaks for a node, not for whoever runs terraform: set token, token_file or ROOMLB_TOKEN too.';

/** In words for whoever runs terraform. @param certificateAlone whether it came with a certificate and without a token */
export function refusal(error: RoomlbError, certificateAlone = false): Error {
  const { status } = error;
  const summary = status === undefined ? 'No dispatcher answers' : 'The dispatcher refuses';
  const hint = hintFor(error, certificateAlone);
  return failure(summary, hint === undefined ? error.message : `${error.message}\n${hint}`);
}

function hintFor(error: RoomlbError, certificateAlone: boolean): string | undefined {
  const { status } = error;
  if (status === undefined) return silenceHint(error.message);
  if (status === 404) return notFoundHint(error);
  return certificateAlone && (status === 401 || status === 403) ? CERTIFICATE_ALONE : HINTS[status];
}

/** What is not there of a dispatcher's own speaks for itself. */
function notFoundHint({ answer }: RoomlbError): string | undefined {
  const kind = problemKind(answer?.body);
  if (kind === undefined) return ELSEWHERE;
  return kind === 'no-such-route' ? OLD_OR_ELSEWHERE : undefined;
}

/** OpenSSL names the certificate in all that it says of one that it does not trust. */
function silenceHint(message: string): string {
  return /certificate/i.test(message)
    ? 'Is its authority named by ca_file or ca_pem, and endpoint the name that the certificate is for?'
    : 'Does it run, and is endpoint (or ROOMLB_ENDPOINT) right?';
}
