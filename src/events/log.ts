/** Events on the structured log: the event's members as they are, its type as the message. */
import type { Logger } from 'pino';
import type { HealthState } from '../cluster/view.ts';
import type { Standing } from '../reconcile/report.ts';
import type { EventBus } from './bus.ts';
import type { AnyEvent } from './events.ts';
import { isHeard } from './heard.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';

const BY_STATE: Readonly<Record<HealthState, Level>> = {
  up: 'info',
  unknown: 'info',
  suspect: 'warn',
  down: 'error',
};

const BY_STANDING: Readonly<Record<Standing, Level>> = {
  'in-sync': 'info',
  starting: 'info',
  standby: 'info',
  drift: 'warn',
  refused: 'warn',
  'rolled-back': 'error',
  failed: 'error',
  error: 'error',
  stopped: 'error',
};

/**
 * How much an event asks for attention. Rooms that come and go are for debugging only: there are too many; and so is
 * what other replicas have in their logs.
 */
export function levelOf(event: AnyEvent): Level {
  if (isHeard(event)) return 'debug';
  switch (event.type) {
    case 'room.claimed':
    case 'room.released':
    case 'room.expired':
    case 'node.weight':
    case 'path.unknown':
    case 'path.unproven':
      return 'debug';
    case 'balancer.standing':
      return BY_STANDING[event.to];
    case 'node.state':
      return BY_STATE[event.to];
    case 'balancer.applied':
    case 'room.moved':
    case 'node.connected':
    case 'node.draining':
    case 'node.left':
    case 'node.released':
    case 'panic.left':
    case 'path.fine':
    case 'vip.reachable':
    case 'maintenance.opened':
    case 'maintenance.closed':
    case 'deep-check.done':
    case 'store.recovered':
    case 'topology.changed':
      return 'info';
    case 'balancer.interrupted':
    case 'balancer.refused':
    case 'node.damped':
    case 'node.disconnected':
    case 'node.refused':
    case 'path.dead':
    case 'probes.behind':
    case 'deep-check.contradiction':
    case 'room.split':
    case 'room.conflict':
      return 'warn';
    case 'balancer.failed':
    case 'balancer.rolled-back':
    case 'node.worker-died':
    case 'panic.entered':
    case 'path.wrong-node':
    case 'vip.unreachable':
    case 'store.degraded':
      return 'error';
  }
}

/** Writes events to the log until the returned function is called. */
export function logEvents(bus: EventBus, logger: Pick<Logger, Level>): () => void {
  return bus.listen((event) => {
    const { type, ...members } = event;
    logger[levelOf(event)](members, type);
  });
}
