/** What becomes of a draining node's media ports, as nginx's reload has it. */
import type { VirtualService } from '../../intent/model.ts';

export function isDraining({ role, members }: VirtualService): boolean {
  return role === 'media' && members.every(({ weight }) => weight === 0);
}

/**
 * Whether a draining node's ports are not listened on any more. TCP connections go on in the old workers.
 * UDP flows have no connection of their own: the socket that is closed was theirs, so all of them end.
 * That is what `flush` asks for; with `keep-flows` the ports stay.
 */
export function isLeftOut(service: VirtualService): boolean {
  return isDraining(service) && (service.protocol === 'tcp' || service.drain === 'flush');
}
