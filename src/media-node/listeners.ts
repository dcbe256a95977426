/** A node's ports, but for the media ports, which are the workers' own. */
import type { Logger } from 'pino';
import { listenAddresses } from './assignment.ts';
import { directUrls, type Asked } from './dispatchers.ts';
import { HealthServer } from './health-server.ts';
import type { NodeMetrics } from './metrics.ts';
import type { Assignment } from './protocol.ts';
import { whereIs } from './room-place.ts';
import type { Rooms } from './rooms.ts';
import { SignallingServer, type Identity } from './signalling/server.ts';
import type { NodeHealth } from './status.ts';
import { DEFAULT_LIMIT, StunResponder } from './stun-responder.ts';

export interface ListenersOptions {
  readonly assignment: Assignment;
  readonly dispatchers: readonly Asked[];
  /** UDP; null for none. */
  readonly stunPort: number | null;
  readonly tls: Identity | null;
  readonly rooms: Rooms;
  readonly healthy: () => boolean;
  readonly health: () => NodeHealth;
  readonly metrics: NodeMetrics;
  /** Seconds. */
  readonly pingInterval: number;
  readonly logger: Logger;
}

/** Opens them one after another, each into `opened`, so that who called can close them when a later one fails. */
export async function startListeners(options: ListenersOptions, opened: { close(): void }[]): Promise<void> {
  const { assignment, dispatchers, stunPort, tls, rooms, healthy, health, metrics, logger } = options;
  const { healthPort, signallingPort } = assignment;
  const addresses = listenAddresses(assignment);
  if (healthPort !== null) {
    const { registry } = metrics;
    opened.push(
      await HealthServer.start({
        node: assignment.node,
        addresses,
        port: healthPort,
        health,
        metrics: async () => ({ type: registry.contentType, text: await registry.metrics() }),
      }),
    );
  }
  if (stunPort !== null) {
    const onOutcome = (result: string) => metrics.stun.inc({ result });
    opened.push(
      await StunResponder.start({ addresses, port: stunPort, healthy, limit: DEFAULT_LIMIT, onOutcome }),
    );
  }
  if (signallingPort !== null) {
    opened.push(
      await SignallingServer.start({
        assignment,
        rooms,
        addresses,
        port: signallingPort,
        tls,
        whereIs: (room) => whereIs(dispatchers, assignment.node, room, logger),
        directTo: (node) => directUrls(dispatchers, node, tls !== null),
        pingInterval: options.pingInterval,
        logger,
      }),
    );
  }
}
