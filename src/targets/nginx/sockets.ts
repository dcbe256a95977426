/** How many sockets nginx opens, and the limits that follow from it. */
import type { VirtualService } from '../../intent/model.ts';
import { isLeftOut } from './drain.ts';

/** Room for connections of clients and to nodes, per worker. */
const SESSIONS = 32_768;

/** `worker_processes auto` is the number of processors; more than this are not reckoned with. */
const MOST_WORKERS = 64;

/** fs.nr_open of Linux, unless somebody raised it. */
const MOST_FILES = 1_048_576;

export interface Sockets {
  readonly tcp: number;
  /** Each worker has as many of its own, since `reuseport` is set. */
  readonly udp: number;
}

export function socketsOf(services: readonly VirtualService[]): Sockets {
  const count = (protocol: string) =>
    services
      .filter((one) => one.protocol === protocol && one.members.length > 0 && !isLeftOut(one))
      .reduce((sum, { addresses, ports }) => sum + addresses.length * (ports.last - ports.first + 1), 0);
  return { tcp: count('tcp'), udp: count('udp') };
}

/** A listening socket takes one of a worker's connections too. */
export function workerConnections({ tcp, udp }: Sockets): number {
  return SESSIONS + tcp + udp;
}

/** Files of a worker: it inherits the sockets of all workers. */
export function workerFiles(sockets: Sockets): number {
  const wanted = workerConnections(sockets) + sockets.tcp + sockets.udp * MOST_WORKERS;
  return Math.min(MOST_FILES, wanted);
}
