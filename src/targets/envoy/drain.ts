/** What becomes of a draining node's media ports. */
import type { VirtualService } from '../../intent/model.ts';

export function isDraining({ role, members }: VirtualService): boolean {
  return role === 'media' && members.every(({ weight }) => weight === 0);
}

/**
 * Whether a draining node's ports are not listened on any more. The UDP sessions of a listener end with it, and its
 * TCP connections after --drain-time-s. That is what `flush` asks for. With `keep-flows` the ports stay: an
 * endpoint that is DRAINING would keep its sessions, but to tell so of a cluster with endpoints of its own is to
 * replace the cluster, and sessions end with that as well.
 */
export function isLeftOut(service: VirtualService): boolean {
  return isDraining(service) && service.drain === 'flush';
}
