import type { Clock } from './clock.ts';
import { groupBy } from '../topology/group-by.ts';
import type { HealthConfig } from '../topology/health/config.ts';
import type { Detector } from './detector/detector.ts';
import { DueQueue } from './due-queue.ts';
import type { Endpoint } from './endpoint.ts';
import type { HealthEvent } from './events.ts';
import { Listeners } from '../events/listeners.ts';
import type { Outcome } from './outcome.ts';
import { runProbe, type Probes } from './probe.ts';
import { hash32, nextDue } from './spread.ts';

/** Probes that are due within this many milliseconds of each other start together: fewer wake-ups. */
const GRAIN = 10;
const TICK = 1000;
/** How often it is told that probes don't keep up. */
const BEHIND_EVERY = 60_000;

export interface SchedulerOptions {
  readonly detector: Detector;
  readonly probes: Probes;
  readonly clock: Clock;
  readonly endpoints: readonly Endpoint[];
  /** Probes under way at once. */
  readonly concurrency: number;
  /** Tells this process from others that probe the same nodes, so that they take turns. */
  readonly seed?: string;
}

/** Figures since the start. */
export interface SchedulerStats {
  readonly endpoints: number;
  readonly underWay: number;
  /** Due, but beyond the limit of probes under way. */
  readonly waiting: number;
  readonly probes: number;
  /** Rounds that were left out because the endpoint's last probe had not ended (or begun). */
  readonly overruns: number;
}

/** A probe that ended. */
export interface ProbeResult {
  readonly endpoint: Endpoint;
  readonly outcome: Outcome;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

interface Job {
  readonly endpoint: Endpoint;
  readonly hash: number;
  /** Under way, or waiting for its turn. */
  busy: boolean;
  /** Told when it is not any more. */
  ended: () => void;
}

/**
 * Probes every endpoint once an interval, tells the detector what came back, and whoever listens what follows.
 * One timer wakes it for all endpoints; a probe that can't begin, since too many are under way, waits and is
 * counted. Listeners must not throw.
 */
export class HealthScheduler {
  readonly #options: SchedulerOptions;
  readonly #queue = new DueQueue<Job>();
  readonly #events = new Listeners<HealthEvent>();
  readonly #results = new Listeners<ProbeResult>();
  #jobs = new Map<string, Job>();
  #jobsOf = new Map<string, Job[]>();
  #waiting: Job[] = [];
  #underWay = 0;
  #concurrency: number;
  #state: 'idle' | 'running' | 'stopping' = 'idle';
  #allEnded: () => void = () => undefined;
  #cancels: Record<'wake' | 'tick', () => void> = { wake: () => undefined, tick: () => undefined };
  #counts = { probes: 0, overruns: 0, told: 0, toldAt: -Infinity };

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#concurrency = options.concurrency;
    this.#setJobs(options.endpoints);
  }

  /** The first probes go out over the coming interval. */
  start(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'running';
    this.#fillQueue();
    this.#wakeLater();
    this.#tickLater();
  }

  /**
   * Begins nothing more, and is done when the last probe under way has ended, which takes a timeout or two. What
   * those find out is dropped.
   */
  async stop(): Promise<void> {
    if (this.#state !== 'running') return;
    this.#state = 'stopping';
    this.#cancels.wake();
    this.#cancels.tick();
    this.#queue.clear();
    for (const job of this.#waiting.splice(0)) rest(job);
    if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#allEnded = resolve));
    this.#state = 'idle';
  }

  /** Another configuration, other endpoints: what is known of those that stay is kept. */
  update(config: HealthConfig, endpoints: readonly Endpoint[]): void {
    const { detector, clock } = this.#options;
    this.#concurrency = config.concurrency;
    this.#setJobs(endpoints);
    this.#emit(detector.configure(config, endpoints, clock.now()));
    if (this.#state !== 'running') return;
    this.#fillQueue();
    this.#wakeLater();
  }

  /**
   * Probes the endpoints of a node's check now, beside the schedule, before all that are due: as when the node has
   * just told something. Done when these probes are; one that is under way already is not repeated.
   */
  async recheck(node: string, check: Endpoint['check']): Promise<void> {
    if (this.#state === 'stopping') return;
    const jobs = (this.#jobsOf.get(node) ?? []).filter((job) => job.endpoint.check === check && !job.busy);
    const ended = jobs.map((job) => new Promise<void>((resolve) => (job.ended = resolve)));
    for (const job of jobs) job.busy = true;
    this.#waiting.unshift(...jobs);
    this.#startWaiting();
    await Promise.all(ended);
  }

  /** Until the returned function is called. */
  listen(listener: (event: HealthEvent) => void): () => void {
    return this.#events.add(listener);
  }

  /** Every single probe, for metrics. Until the returned function is called. */
  listenToResults(listener: (result: ProbeResult) => void): () => void {
    return this.#results.add(listener);
  }

  get stats(): SchedulerStats {
    const { probes, overruns } = this.#counts;
    return {
      endpoints: this.#jobs.size,
      underWay: this.#underWay,
      waiting: this.#waiting.length,
      probes,
      overruns,
    };
  }

  /** A job that goes while it is under way ends as it would; the detector no longer knows its endpoint. */
  #setJobs(endpoints: readonly Endpoint[]): void {
    const before = this.#jobs;
    const seed = this.#options.seed ?? '';
    this.#jobs = new Map(
      endpoints.map((endpoint) => {
        const kept = before.get(endpoint.id);
        const same = kept && JSON.stringify(kept.endpoint) === JSON.stringify(endpoint);
        return [
          endpoint.id,
          same ? kept : { endpoint, hash: hash32(`${seed}${endpoint.id}`), busy: false, ended: nobody },
        ];
      }),
    );
    const stays = (job: Job) => this.#jobs.get(job.endpoint.id) === job;
    for (const job of this.#waiting) if (!stays(job)) rest(job);
    this.#waiting = this.#waiting.filter(stays);
    this.#jobsOf = groupBy(this.#jobs.values(), ({ endpoint }) => endpoint.node);
  }

  #fillQueue(): void {
    const now = this.#options.clock.now();
    this.#queue.clear();
    for (const job of this.#jobs.values())
      this.#queue.push(nextDue(job.hash, job.endpoint.interval, now), job);
  }

  #wakeLater(): void {
    this.#cancels.wake();
    if (this.#queue.size === 0) return;
    const { clock } = this.#options;
    this.#cancels.wake = clock.after(Math.max(GRAIN, this.#queue.next - clock.now()), () => this.#wake());
  }

  #wake(): void {
    const now = this.#options.clock.now();
    while (this.#queue.next <= now) {
      const job = this.#queue.pop();
      if (!job) break;
      this.#queue.push(nextDue(job.hash, job.endpoint.interval, now), job);
      if (job.busy) {
        this.#counts.overruns++;
      } else {
        job.busy = true;
        this.#waiting.push(job);
      }
    }
    this.#startWaiting();
    this.#wakeLater();
  }

  #startWaiting(): void {
    const free = Math.max(0, this.#concurrency - this.#underWay);
    for (const job of this.#waiting.splice(0, free)) void this.#run(job);
  }

  async #run(job: Job): Promise<void> {
    const { probes, detector, clock } = this.#options;
    this.#underWay++;
    const outcome = await runProbe(probes, job.endpoint).catch(brokenProbe);
    this.#underWay--;
    this.#counts.probes++;
    if (this.#state === 'stopping') {
      rest(job);
      if (this.#underWay === 0) this.#allEnded();
      return;
    }
    const at = clock.now();
    this.#results.tell({ endpoint: job.endpoint, outcome, at });
    this.#emit(detector.observe(job.endpoint.id, outcome, at));
    rest(job);
    this.#startWaiting();
  }

  #tickLater(): void {
    const { clock, detector } = this.#options;
    this.#cancels.tick = clock.after(TICK, () => {
      this.#emit(detector.tick(clock.now()));
      this.#tellIfBehind();
      this.#tickLater();
    });
  }

  #tellIfBehind(): void {
    const { overruns, told, toldAt } = this.#counts;
    const at = this.#options.clock.now();
    if (overruns === told || at - toldAt < BEHIND_EVERY) return;
    this.#emit([{ type: 'probes.behind', at, overruns: overruns - told, waiting: this.#waiting.length }]);
    this.#counts.told = overruns;
    this.#counts.toldAt = at;
  }

  #emit(events: readonly HealthEvent[]): void {
    for (const event of events) this.#events.tell(event);
  }
}

function rest(job: Job): void {
  job.busy = false;
  job.ended();
  job.ended = nobody;
}

const nobody = () => undefined;

/** Probes never reject; should one do so all the same, the error is ours and says nothing of the node. */
function brokenProbe(error: unknown): Outcome {
  return { kind: 'skipped', why: `the probe failed by itself: ${String(error)}` };
}
