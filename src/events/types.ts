import type { AnyEvent } from './events.ts';

export type EventType = AnyEvent['type'];

const ALL: Readonly<Record<EventType, true>> = {
  'balancer.applied': true,
  'balancer.failed': true,
  'balancer.interrupted': true,
  'balancer.refused': true,
  'balancer.rolled-back': true,
  'balancer.standing': true,
  'deep-check.contradiction': true,
  'deep-check.done': true,
  'maintenance.closed': true,
  'maintenance.opened': true,
  'node.connected': true,
  'node.damped': true,
  'node.disconnected': true,
  'node.draining': true,
  'node.left': true,
  'node.refused': true,
  'node.released': true,
  'node.state': true,
  'node.weight': true,
  'node.worker-died': true,
  'panic.entered': true,
  'panic.left': true,
  'path.dead': true,
  'path.fine': true,
  'path.unknown': true,
  'path.unproven': true,
  'path.wrong-node': true,
  'probes.behind': true,
  'room.claimed': true,
  'room.conflict': true,
  'room.expired': true,
  'room.moved': true,
  'room.released': true,
  'room.split': true,
  'store.degraded': true,
  'store.recovered': true,
  'topology.changed': true,
  'vip.reachable': true,
  'vip.unreachable': true,
};

/** Every type of event, sorted. */
export const EVENT_TYPES = Object.keys(ALL) as readonly EventType[];
