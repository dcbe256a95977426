import type { LeaveReason, NodeStatus, WorkerReport } from '../media-node/protocol.ts';
import type { LiveReport } from './live-report.ts';
import { liveReport } from './live-report.ts';

/** One node's connection, as the registry needs it. */
export interface Link {
  /** Ends it from this side; the node connects anew, or not. */
  close(code: number, reason: string): void;
}

/** What one media node said of itself last. */
export interface NodeRecord {
  readonly node: string;
  readonly instance: string;
  readonly version: string;
  /** Its share of the topology as it knows it, as text to compare. */
  readonly share: string;
  /** Seconds between heartbeats, as it was told. */
  readonly interval: number;
  /** Undefined while it is not connected. */
  link: Link | undefined;
  /** Since when it is connected, or not: milliseconds since the epoch. */
  since: number;
  lastHeard: number;
  status: NodeStatus;
  /** By media port. */
  workers: ReadonlyMap<number, WorkerReport>;
  left: LeaveReason | undefined;
}

export function setStatus(record: NodeRecord, status: NodeStatus): void {
  record.status = status;
  record.workers = new Map(status.workers.map((worker) => [worker.port, worker]));
}

/** What probes go by has changed: a worker died, or another process serves its port. */
export function otherWorkers(before: NodeRecord['workers'], after: NodeRecord['workers']): boolean {
  if (before.size !== after.size) return true;
  for (const [port, { probe, state }] of after) {
    const old = before.get(port);
    if (old?.probe?.usernameFragment !== probe?.usernameFragment) return true;
    if ((old?.state === 'dead') !== (state === 'dead')) return true;
  }
  return false;
}

export function showRecord(record: NodeRecord): LiveReport {
  const { link, since, lastHeard, left, status, instance, version } = record;
  const phase = left ? 'left' : status.phase;
  return liveReport({ connected: link !== undefined, since, lastHeard, phase, instance, version, status });
}
