/**
 * The agent on a balancer's host: follows a dispatcher's intent, has it applied, and reports back. While no
 * dispatcher can be asked, the last intent goes on being kept.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type AgentClient, DispatcherError } from '../dispatcher-client/client.ts';
import type { Clock } from '../health/clock.ts';
import type { EventSink } from '../events/bus.ts';
import { BackOff } from '../back-off.ts';
import type { Loop } from '../reconcile/loop.ts';
import { BalancerBoard } from './balancer-board.ts';
import type { Engine } from './open-engine.ts';
import { loopFor } from './local-balancers.ts';

export interface AgentOptions {
  /** Asked in turn, from the one that answered last. */
  readonly dispatchers: readonly AgentClient[];
  readonly engine: Engine;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told what happens to the balancer. */
  readonly events: EventSink;
}

/** Seconds that a dispatcher is told to wait for another intent. */
const WAIT = 25;
/** Seconds between two reports where nothing happens. */
const REPORT_EVERY = 10;
const RETRY = { first: 0.5, most: 15 };

/** Runs until the signal; resolves when no run goes on any more. */
export async function runAgent(options: AgentOptions, signal: AbortSignal): Promise<void> {
  const { engine, clock, logger } = options;
  let current = 0;
  const board = new BalancerBoard(clock, options.events);
  const reporter = new Reporter(() => options.dispatchers[current], logger);
  const loop = loopFor(engine, clock, (report) => {
    board.tell(report);
    reporter.tell(loop);
  });
  loop.start();
  const beat = setInterval(() => reporter.tell(loop), REPORT_EVERY * 1000);
  const retry = new BackOff(RETRY);
  let known: string | null = null;
  try {
    while (!signal.aborted) {
      const dispatcher = options.dispatchers[current];
      if (!dispatcher) break;
      try {
        const intent = await dispatcher.intentAfter(known, known === null ? 0 : WAIT, signal);
        retry.reset();
        if (!intent) continue;
        known = intent.revision;
        loop.want(intent);
      } catch (error) {
        if (error === signal.reason) break;
        if (!(error instanceof DispatcherError)) throw error;
        logger.warn({ reason: error.message }, 'cannot follow the dispatcher; what was wanted last is kept');
        current = (current + 1) % options.dispatchers.length;
        await sleep(retry.next() * 1000, undefined, { signal }).catch(() => undefined);
      }
    }
  } finally {
    clearInterval(beat);
    await loop.stop();
  }
}

/** One report at a time, and always the newest. */
class Reporter {
  #busy = false;
  #again = false;
  /** The last report did not get there. */
  #failing = false;

  constructor(
    private readonly dispatcher: () => AgentClient | undefined,
    private readonly logger: Logger,
  ) {}

  tell(loop: Loop): void {
    if (this.#busy) this.#again = true;
    else void this.#send(loop);
  }

  async #send(loop: Loop): Promise<void> {
    this.#busy = true;
    try {
      if (await this.dispatcher()?.report(loop.report)) loop.runNow();
      this.#failing = false;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // Once: while it is gone, it could be told every few seconds.
      this.logger[this.#failing ? 'debug' : 'warn'](
        { reason },
        'the dispatcher could not be told how the balancer stands',
      );
      this.#failing = true;
    }
    this.#busy = false;
    if (!this.#again) return;
    this.#again = false;
    this.tell(loop);
  }
}
