import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { BackOff, type BackOffOptions } from '../back-off.ts';
import { DispatcherError } from './dispatchers.ts';
import { keptFrom, renewalTime, type KeptCredential } from './kept-credential.ts';
import type { CredentialAnswer } from './protocol.ts';

export interface CredentialKeeperOptions {
  readonly node: string;
  /** From an earlier run. */
  readonly kept: KeptCredential | undefined;
  /** The enrolment secret, as there is one now. */
  readonly enrolment: () => string | undefined;
  /** Where an operator puts it, for messages. */
  readonly enrolmentFile: string;
  /** @throws DispatcherError */
  readonly swap: (token: string) => Promise<CredentialAnswer>;
  readonly save: (kept: KeptCredential) => Promise<void>;
  readonly retry: BackOffOptions;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random?: () => number;
  /** Settles after so many milliseconds, or at the signal. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

/** Milliseconds after a renewal in which no dispatcher's refusal leads to the next one: that would not help. */
const REFUSAL_PAUSE = 30_000;
/** The longest pause that timers know, milliseconds. */
const MAX_PAUSE = 2 ** 31 - 1;

const pauseFor = (milliseconds: number, signal: AbortSignal) =>
  sleep(milliseconds, undefined, { signal }).catch(() => undefined);

/** Has a node's credential made and renewed, for as long as the node lives. */
export class CredentialKeeper {
  readonly #options: CredentialKeeperOptions;
  readonly #backOff: BackOff;
  readonly #random: () => number;
  readonly #pause: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
  #kept: KeptCredential | undefined;
  /** In this process. */
  #renewedAt = -Infinity;
  #complaint = '';
  #wake: (() => void) | undefined;
  #first: () => void = () => undefined;
  /** Settles when there is a credential to show. */
  readonly ready: Promise<void>;

  constructor(options: CredentialKeeperOptions) {
    const { kept, retry, now, random = Math.random, pause = pauseFor } = options;
    this.#options = options;
    this.#random = random;
    this.#pause = pause;
    this.#backOff = new BackOff(retry, random);
    this.ready = new Promise((resolve) => (this.#first = resolve));
    this.#kept = kept;
    if (kept && kept.expires > now()) this.#first();
  }

  /** The credential as it is now, also past its time: dispatchers say why it is not good any more. */
  get token(): string | undefined {
    return this.#kept?.credential;
  }

  /** A dispatcher does not take it: another one is asked for before its time. */
  refused(): void {
    const { now } = this.#options;
    if (now() - this.#renewedAt >= REFUSAL_PAUSE) this.#wake?.();
  }

  /** Until the signal; never fails. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#kept) await this.#untilRenewal(this.#kept, signal);
      await this.#renew(signal);
    }
  }

  async #renew(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !(await this.#renewed()))
      await this.#pause(this.#backOff.next() * 1000, signal);
  }

  async #untilRenewal(kept: KeptCredential, signal: AbortSignal): Promise<void> {
    const pause = Math.min(MAX_PAUSE, Math.max(0, renewalTime(kept, this.#random) - this.#options.now()));
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await this.#pause(pause, AbortSignal.any([signal, woken.signal]));
    this.#wake = undefined;
  }

  async #renewed(): Promise<boolean> {
    const { logger, save } = this.#options;
    try {
      const kept = await this.#ask();
      this.#kept = kept;
      this.#renewedAt = kept.received;
      this.#backOff.reset();
      this.#complaint = '';
      await save(kept).catch((error: unknown) =>
        logger.error({ reason: reasonOf(error) }, 'the credential cannot be kept for the next start'),
      );
      logger.info({ expires: new Date(kept.expires).toISOString() }, 'credential of this node');
      this.#first();
      return true;
    } catch (error) {
      this.#complain(reasonOf(error));
      return false;
    }
  }

  /** By the credential itself, or by an enrolment secret where dispatchers do not take it any more. */
  async #ask(): Promise<KeptCredential> {
    const { node, enrolment, enrolmentFile, swap, now } = this.#options;
    const [held, secret] = [this.#kept, enrolment()];
    let why = held ? 'it has expired' : `there is none yet, and no enrolment secret in ${enrolmentFile}`;
    for (const token of [held && held.expires > now() ? held.credential : undefined, secret]) {
      if (token === undefined) continue;
      try {
        return keptFrom(await swap(token), now());
      } catch (error) {
        if (!isRefusal(error)) throw error;
        why = error.message;
      }
    }
    throw new Error(
      `dispatchers take no credential of node ${node}: ${why}; run roomlb enroll ${node} and put what it prints into ${enrolmentFile}`,
    );
  }

  /** Says each trouble once, however often it comes back. */
  #complain(reason: string): void {
    if (reason === this.#complaint) return;
    this.#complaint = reason;
    const { logger, now } = this.#options;
    if (this.#kept && this.#kept.expires > now())
      logger.warn({ reason }, 'the credential is not renewed yet');
    else logger.error({ reason }, 'this node has no credential');
  }
}

/** A clear no, which another try with the same token does not change. */
function isRefusal(error: unknown): error is DispatcherError {
  return error instanceof DispatcherError && [401, 403, 404, 422].includes(error.status ?? 0);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
