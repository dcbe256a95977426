/** What a media node's own reports amount to. Pure. */
import type { Heartbeat } from '../health/sources.ts';
import type { LeaveReason, NodeStatus, WorkerReport } from '../media-node/protocol.ts';
import { listPorts } from '../topology/ports.ts';
import type { PortRange } from '../topology/model.ts';

type Word = Pick<Heartbeat, 'state' | 'why'>;

const LEFT: Readonly<Record<LeaveReason, string>> = {
  drained: 'the node has left, drained of its rooms',
  'drain-limit': 'the node has left, with rooms still on it when its time to drain was over',
  stopped: 'the node was stopped',
};

/**
 * - It said goodbye: `left`.
 * - It serves other media ports than the topology gives it, or none of its workers lives: `failing`. Packets of
 *   its rooms would end elsewhere, or nowhere.
 * - It was told to stop, or some of its workers do not serve: `draining`, so no new rooms. Rooms on workers that
 *   do serve go on; what becomes of the others is for the checks of these workers to say.
 * - Else `serving`.
 *
 * @param ports that the topology gives the node
 */
export function wordOf(status: NodeStatus, left: LeaveReason | undefined, ports: PortRange | null): Word {
  if (left) return { state: 'left', why: LEFT[left] };
  const { workers, phase } = status;
  const wrong = ports && wrongPorts(workers, ports);
  if (wrong) return { state: 'failing', why: wrong };
  const idle = workers.filter(({ state }) => state !== 'up');
  if (idle.length === workers.length && idle.every(({ state }) => state === 'dead'))
    return { state: 'failing', why: `no media worker is left: ${inWords(idle)}` };
  if (phase === 'draining') return { state: 'draining', why: 'the node is about to stop' };
  if (idle.length === 0) return { state: 'serving' };
  return { state: 'draining', why: `${idle.length} of ${workers.length} media workers: ${inWords(idle)}` };
}

function inWords(workers: readonly WorkerReport[]): string {
  const words = workers.slice(0, 4).map(({ port, state }) => `${port} ${state}`);
  return workers.length > words.length ? `${words.join(', ')} …` : words.join(', ');
}

function wrongPorts(workers: readonly WorkerReport[], ports: PortRange): string | undefined {
  const wanted = listPorts(ports);
  const served = new Set(workers.map(({ port }) => port));
  if (served.size === wanted.length && wanted.every((port) => served.has(port))) return undefined;
  const list = [...served].sort((a, b) => a - b).slice(0, 8);
  return `it serves media ports ${list.join(', ') || 'none'}, the topology says ${ports.first}-${ports.last}; restart it`;
}
