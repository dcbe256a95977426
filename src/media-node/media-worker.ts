import { closeSync, openSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Assignment } from './protocol.ts';
import { mediaListens } from './assignment.ts';
import { BackOff, type BackOffOptions } from '../back-off.ts';
import type { Mediasoup, Router, WebRtcServer, Worker } from './mediasoup.ts';
import { now, within } from './timing.ts';
import { WorkerMeter } from './worker-meter.ts';

/** ICE credentials of the transport that only probes use. */
export interface ProbeCredentials {
  readonly usernameFragment: string;
  readonly password: string;
}

/** A worker process while it serves. */
export interface RunningWorker {
  readonly worker: Worker;
  readonly server: WebRtcServer;
  readonly probe: ProbeCredentials;
  readonly meter: WorkerMeter;
  /** `now()` when it was ready. */
  readonly since: number;
}

export interface WorkerDeath {
  readonly pid: number | null;
  readonly reason: string;
  /** Seconds until the next attempt. */
  readonly restartIn: number;
}

export interface MediaWorkerOptions {
  readonly mediasoup: Mediasoup;
  readonly assignment: Assignment;
  readonly port: number;
  readonly restart: BackOffOptions;
  readonly logger: Logger;
  /** At once, before anything is done about it. */
  readonly onDied: (worker: MediaWorker, death: WorkerDeath) => void;
  readonly onUp: (worker: MediaWorker) => void;
}

/** As many as the pipes of a new process take, and then some. */
const DESCRIPTORS = 16;
/** Seconds for a worker to start and to take its sockets. */
const START_LIMIT = 10;
/** Seconds after which a worker that is told to stop is killed: one that hangs never hears it. */
const STOP_LIMIT = 1;
/** Seconds for which a worker has to live until its next death counts as a first one again. */
const STABLE = 60;

/** One fixed media port, and the worker process that holds it: started, watched, started anew. */
export class MediaWorker {
  readonly port: number;
  readonly #options: MediaWorkerOptions;
  readonly #backOff: BackOff;
  #running: RunningWorker | undefined;
  #dead = false;
  #closed = false;
  #restarts = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: MediaWorkerOptions) {
    this.port = options.port;
    this.#options = options;
    this.#backOff = new BackOff(options.restart);
  }

  /** Undefined while there is no process that serves. */
  get running(): RunningWorker | undefined {
    return this.#running;
  }

  /** Whether the last process died and no new one serves yet. */
  get dead(): boolean {
    return this.#dead;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Starts the process and takes the port. Fails if it cannot: an address is not there, or in use. */
  async start(): Promise<void> {
    const { mediasoup, assignment, port } = this.#options;
    mustHaveDescriptors();
    const starting = mediasoup.createWorker({ logLevel: 'warn' });
    const worker = await within(
      START_LIMIT,
      'starting a media worker',
      starting,
      (late) => void stopWorker(late),
    );
    try {
      let death: Error | undefined;
      worker.on('died', (error) => {
        death = error;
        this.#died(worker, error);
      });
      const serving = serve(worker, assignment, port);
      const running = await within(START_LIMIT, `taking media port ${port}`, serving);
      if (death) throw death;
      if (this.#closed) throw new Error('stopped meanwhile');
      this.#running = running;
      this.#dead = false;
      this.#options.logger.info({ port, pid: worker.pid }, 'media worker up');
      this.#options.onUp(this);
    } catch (error) {
      void stopWorker(worker);
      throw error;
    }
  }

  /** Ends the process, by force if it does not listen. Settles when it is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const worker = this.#running?.worker;
    this.#running = undefined;
    if (worker) await stopWorker(worker);
  }

  #died(worker: Worker, error: Error): void {
    const running = this.#running;
    // One that dies while it starts fails its start(), which is dealt with there.
    if (this.#closed || running?.worker !== worker) return;
    if (now() - running.since > STABLE) this.#backOff.reset();
    this.#running = undefined;
    this.#dead = true;
    const restartIn = this.#backOff.next();
    const { logger, onDied } = this.#options;
    logger.error({ port: this.port, pid: worker.pid, reason: error.message, restartIn }, 'media worker died');
    onDied(this, { pid: worker.pid, reason: error.message, restartIn });
    this.#restartAfter(restartIn);
  }

  #restartAfter(seconds: number): void {
    this.#timer = setTimeout(() => {
      this.#restarts++;
      this.start().catch((error: unknown) => {
        if (this.#closed) return;
        const restartIn = this.#backOff.next();
        this.#options.logger.error({ port: this.port, err: error, restartIn }, 'media worker does not start');
        this.#restartAfter(restartIn);
      });
    }, seconds * 1000);
  }
}

/**
 * mediasoup starts a process without looking whether there are file descriptors for its pipes: where there are none, an
 * error comes that nobody hears, and this process ends with all workers that serve.
 *
 * @throws the system's error, EMFILE or ENFILE
 */
function mustHaveDescriptors(): void {
  const opened: number[] = [];
  try {
    while (opened.length < DESCRIPTORS) opened.push(openSync('/dev/null', 'r'));
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

async function serve(worker: Worker, assignment: Assignment, port: number): Promise<RunningWorker> {
  const server = await worker.createWebRtcServer({ listenInfos: mediaListens(assignment, port) });
  const router = await worker.createRouter({ mediaCodecs: [] });
  const probe = await createTransport(router, server, assignment);
  const { usernameFragment, password } = probe.iceParameters;
  const meter = new WorkerMeter(worker);
  // The first of the two measurements that a share of CPU takes.
  await meter.measure();
  return { worker, server, probe: { usernameFragment, password }, meter, since: now() };
}

/** A transport on the worker's fixed port, over the protocols that the VIP carries. */
export function createTransport(router: Router, server: WebRtcServer, { protocols }: Assignment) {
  return router.createWebRtcTransport({
    webRtcServer: server,
    enableUdp: protocols.includes('udp'),
    enableTcp: protocols.includes('tcp'),
    preferUdp: true,
    iceConsentTimeout: 30,
  });
}

async function stopWorker(worker: Worker): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    worker.on('subprocessclose', resolve);
    if (worker.subprocessClosed) resolve();
  });
  worker.close();
  try {
    await within(STOP_LIMIT, 'stopping a media worker', gone);
  } catch {
    process.kill(worker.pid, 'SIGKILL');
    await gone;
  }
}
