/** What media nodes say, complete but for what a test is about. */
import {
  PROTOCOL,
  type NodeMessage,
  type NodeStatus,
  type RoomReport,
  type WorkerReport,
} from '../../src/media-node/protocol.ts';
import type { MessageOf } from '../../src/nodes/registry.ts';

export const INSTANCE = '11111111-1111-4111-8111-111111111111';
export const OTHER = '22222222-2222-4222-8222-222222222222';

export function workerSaid(port: number, more: Partial<WorkerReport> = {}): WorkerReport {
  return {
    port,
    state: 'up',
    pid: 1000 + port,
    restarts: 0,
    cpu: 0.1,
    loopDelay: 1,
    lastAnswer: 0.2,
    rooms: 0,
    participants: 0,
    producers: 0,
    consumers: 0,
    probe: { usernameFragment: `ufrag-${port}`, password: `a password that is secret ${port}` },
    ...more,
  };
}

/** Of `sfu-1` of the small cluster: media ports 40000 and 40001. */
export function statusSaid(more: Partial<NodeStatus> = {}): NodeStatus {
  return {
    phase: 'serving',
    healthy: true,
    uptime: 10,
    rooms: 0,
    participants: 0,
    producers: 0,
    consumers: 0,
    loopDelay: 0.5,
    workers: [workerSaid(40000), workerSaid(40001)],
    ...more,
  };
}

export function helloSaid(more: Partial<MessageOf<'hello'>> = {}): MessageOf<'hello'> {
  return {
    type: 'hello',
    protocol: PROTOCOL,
    node: 'sfu-1',
    instance: INSTANCE,
    version: '0.1.0',
    stunPort: null,
    status: statusSaid(),
    ...more,
  };
}

export function roomSaid(room: string, more: Partial<RoomReport> = {}): RoomReport {
  return { room, port: 40000, participants: 2, consumers: 2, ...more };
}

export function roomsSaid(
  rooms: readonly string[],
  more: Partial<MessageOf<'rooms'>> = {},
): MessageOf<'rooms'> {
  return { type: 'rooms', reset: false, live: rooms.map((room) => roomSaid(room)), closed: [], ...more };
}

export function heartbeatSaid(status: Partial<NodeStatus> = {}): MessageOf<'heartbeat'> {
  return { type: 'heartbeat', seq: 1, status: statusSaid(status) };
}

export function diedSaid(port: number, rooms: string[] = []): MessageOf<'worker-died'> {
  return { type: 'worker-died', port, pid: 1000 + port, reason: 'SIGKILL', rooms, restartIn: 0.1 };
}

export const byeSaid: Extract<NodeMessage, { type: 'bye' }> = { type: 'bye', reason: 'drained', rooms: 0 };
