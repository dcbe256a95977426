/**
 * Talks to the management interface of a device by HTTP and JSON: bounded, patient where the device is busy, and
 * with errors in the device's own words.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { BackOff } from '../../../back-off.ts';
import { exchange, type Answer, type ExchangeOptions, type Fetch } from '../../../http/exchange.ts';
import { secureFetch } from '../../../http/secure-fetch.ts';
import type { DeviceBalancer } from '../../../topology/balancers/balancer.ts';
import { DriverError, type DriverErrorKind } from '../../driver.ts';
import { readCredentials, type Credentials } from './credentials.ts';

export interface DeviceRequest extends Pick<ExchangeOptions, 'method' | 'body' | 'headers' | 'signal'> {
  /** Absolute, encoded, with its query. */
  readonly path: string;
}

export type DeviceAnswer = Answer;

/** What tests put in the place of the network and the clock. */
export interface DevicePorts {
  readonly fetch?: Fetch;
  /** Waits for so many seconds; rejects when the signal is aborted. */
  readonly pause?: (seconds: number, signal?: AbortSignal) => Promise<void>;
  readonly environment?: NodeJS.ProcessEnv;
}

export interface DeviceDialect {
  /** As in messages: `AS3`. */
  readonly label: string;
  /** It says that it has no time now, and has done nothing. */
  readonly isBusy: (answer: DeviceAnswer) => boolean;
  /** What it says of a failure, in its own words; undefined where it says nothing. */
  readonly words: (answer: DeviceAnswer) => string | undefined;
}

export interface DeviceClient {
  readonly url: string;
  credentials(): Promise<Credentials>;
  /**
   * The answer, whatever it says.
   *
   * @throws DriverError `unreachable` where there is none; the signal's reason where it was given up
   */
  ask(request: DeviceRequest): Promise<DeviceAnswer>;
  /**
   * Does it again, with growing pauses, as long as it ends with the answer of a device that is busy.
   *
   * @throws DriverError `unreachable` where the device stays so; what `work` throws; the signal's reason
   */
  patiently(work: () => Promise<DeviceAnswer>, signal?: AbortSignal): Promise<DeviceAnswer>;
  /** Between two looks at something that takes the device a while. */
  pause(seconds: number, signal?: AbortSignal): Promise<void>;
  /** For an answer that says no: what was asked, the status, and the device's own words. */
  refusal(kind: DriverErrorKind, what: string, answer: DeviceAnswer): Promise<DriverError>;
}

/** Milliseconds for one request: devices take minutes over large ones. */
const TIMEOUT = 300_000;
/** Milliseconds for one that only reads, or says who asks. */
const READ_TIMEOUT = 60_000;
/** Seconds. All tries together wait some two minutes, which is how long AS3's own lock lasts. */
const BUSY = { first: 1, most: 30 };
const TRIES = 9;
/** As much of what a device says as fits into a message. */
const SAID = 2000;

export function deviceClient(
  balancer: DeviceBalancer,
  { label, isBusy, words }: DeviceDialect,
  { fetch, pause = wait, environment }: DevicePorts = {},
): DeviceClient {
  const { url, caFile, tls } = balancer;
  let connected: Promise<Fetch> | undefined;
  /** Both are read when they are needed: files may come later, and be changed. */
  const credentials = () => readCredentials(balancer, environment);
  const connect = () => {
    connected ??= fetch ? Promise.resolve(fetch) : fetchFor(caFile, tls);
    connected.catch(() => (connected = undefined));
    return connected;
  };

  async function ask({ path, method, ...options }: DeviceRequest): Promise<DeviceAnswer> {
    const timeout = method === 'GET' ? READ_TIMEOUT : TIMEOUT;
    const fetch = await connect();
    try {
      return await exchange(new URL(path, url), { ...options, method, timeout, fetch });
    } catch (cause) {
      options.signal?.throwIfAborted();
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new DriverError('unreachable', `${label} at ${url}: ${why}`, { cause });
    }
  }

  /** Devices may repeat what they were told. */
  async function spoken(answer: DeviceAnswer): Promise<string> {
    const said = (words(answer) ?? answer.problem).replaceAll(/\s+/g, ' ').trim();
    const { password } = await credentials();
    const safe = said.replaceAll(password, '…');
    return safe.length > SAID ? `${safe.slice(0, SAID)}…` : safe;
  }

  const client: DeviceClient = {
    url,
    credentials,
    pause,
    ask,
    async patiently(work, signal) {
      const backOff = new BackOff(BUSY);
      for (let tries = 1; ; tries++) {
        const answer = await work();
        if (!isBusy(answer)) return answer;
        if (tries === TRIES)
          throw await client.refusal('unreachable', `it stays busy after ${TRIES} tries`, answer);
        await pause(backOff.next(), signal);
      }
    },
    async refusal(kind, what, answer) {
      if (answer.status === 401 || answer.status === 403) {
        const { user } = await credentials();
        const who = `${label} at ${url} does not take the credentials of ${user}`;
        return new DriverError('unreachable', `${who}: ${answer.status} ${await spoken(answer)}`);
      }
      return new DriverError(kind, `${label} at ${url}: ${what}: ${answer.status} ${await spoken(answer)}`);
    },
  };
  return client;
}

async function fetchFor(caFile: string | null, tls: DeviceBalancer['tls']): Promise<Fetch> {
  try {
    const authorities = caFile === null ? null : await readFile(caFile, 'utf8');
    return secureFetch({ authorities, verify: tls === 'verify' });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DriverError('unreachable', `caFile: ${why}`, { cause });
  }
}

async function wait(seconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(seconds * 1000, undefined, signal && { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
