/** What a media node says of itself, as shown to people and scripts: no credentials, times instead of ages. */
import type { NodeStatus, Phase, WorkerReport } from '../media-node/protocol.ts';

/** One worker, without what probes are signed with. */
export type LiveWorker = Omit<WorkerReport, 'probe'>;

export interface LiveReport {
  /** Whether its connection is open. */
  readonly connected: boolean;
  /** Since when it is, or is not: milliseconds since the epoch. */
  readonly since: number;
  /** When it was heard of last: milliseconds since the epoch. */
  readonly lastHeard: number;
  /** `left`: it said goodbye. */
  readonly phase: Phase | 'left';
  readonly instance: string;
  /** Of RoomLB. */
  readonly version: string;
  readonly healthy: boolean;
  /** Seconds. */
  readonly uptime: number;
  readonly rooms: number;
  readonly participants: number;
  readonly producers: number;
  readonly consumers: number;
  /** Milliseconds. */
  readonly loopDelay: number;
  readonly workers: readonly LiveWorker[];
}

export interface LiveState extends Pick<
  LiveReport,
  'connected' | 'since' | 'lastHeard' | 'phase' | 'instance' | 'version'
> {
  readonly status: NodeStatus;
}

export function liveReport({ status, phase, ...state }: LiveState): LiveReport {
  const { healthy, uptime, rooms, participants, producers, consumers, loopDelay, workers } = status;
  return {
    ...state,
    phase,
    healthy,
    uptime,
    rooms,
    participants,
    producers,
    consumers,
    loopDelay,
    workers: workers.map(withoutCredentials),
  };
}

function withoutCredentials(worker: WorkerReport): LiveWorker {
  const { port, state, pid, restarts, cpu, loopDelay, lastAnswer } = worker;
  const { rooms, participants, producers, consumers } = worker;
  return {
    port,
    state,
    pid,
    restarts,
    cpu,
    loopDelay,
    lastAnswer,
    rooms,
    participants,
    producers,
    consumers,
  };
}
