import type { MediaWorker } from './media-worker.ts';
import type { Phase, WorkerReport } from './protocol.ts';
import type { Rooms } from './rooms.ts';
import type { SelfCheck } from './self-check.ts';

/** What a node says of one of its workers. */
export function workerReport(worker: MediaWorker, rooms: Rooms, check: SelfCheck): WorkerReport {
  const { port, running, restarts } = worker;
  const counts = rooms.on(worker).map((room) => room.count());
  const sum = (key: 'participants' | 'producers' | 'consumers') =>
    counts.reduce((total, count) => total + count[key], 0);
  return {
    port,
    state: stateOf(worker, check),
    pid: running?.worker.pid ?? null,
    restarts,
    cpu: running?.meter.cpu ?? null,
    loopDelay: running?.meter.loopDelay ?? null,
    lastAnswer: check.age(worker),
    rooms: counts.length,
    participants: sum('participants'),
    producers: sum('producers'),
    consumers: sum('consumers'),
    probe: running?.probe ?? null,
  };
}

/** What `GET /health` tells: no credentials, since anyone may ask, and nothing that takes long to count. */
export interface NodeHealth {
  readonly healthy: boolean;
  readonly phase: Phase;
  readonly workers: readonly Pick<WorkerReport, 'port' | 'state' | 'lastAnswer'>[];
}

export function nodeHealth(workers: readonly MediaWorker[], check: SelfCheck, phase: Phase): NodeHealth {
  const told = workers.map((worker) => ({
    port: worker.port,
    state: stateOf(worker, check),
    lastAnswer: check.age(worker),
  }));
  return { healthy: check.healthy, phase, workers: told };
}

function stateOf(worker: MediaWorker, check: SelfCheck): WorkerReport['state'] {
  if (worker.dead) return 'dead';
  if (!worker.running) return 'starting';
  if (check.answers(worker)) return 'up';
  return check.age(worker) === null ? 'starting' : 'silent';
}
