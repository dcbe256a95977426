/**
 * Ports of the VIP that belong to one node's signalling: a topology does not list them, but derives them as
 * nodeSignallingPort() tells (src/topology/signalling.ts).
 */
import type { NodeDocument } from '../topology/schema.ts';
import { lowest } from './naming.ts';
import type { Roles } from './roles.ts';
import type { WhoIsWho } from './who-is-who.ts';

/** The roles without those ports, where some cannot be derived; which ones is added to the notes. */
export function withDerivedPorts(
  vip: string,
  roles: Roles,
  nodes: ReadonlyMap<string, NodeDocument>,
  who: WhoIsWho,
  notes: string[],
): Roles {
  const { own, media } = roles;
  const first = lowest(own);
  const last = Math.max(...own.map(({ ports }) => ports.last));
  const wrong = own.filter((service) => {
    const [member] = service.members;
    const node = member && nodes.get(who.nodeOf(member));
    if (!node) return true;
    const listens = node.signallingPort ?? 0;
    if (first <= listens && listens <= last) return listens !== service.ports.first;
    const ports = Number(/^[0-9]+/.exec(String(node.mediaPorts ?? ''))?.[0]);
    return first + (ports - lowest(media)) !== service.ports.first;
  });
  for (const { line, ports } of wrong)
    notes.push(
      `line ${line}: port ${ports.first} of VIP ${vip} leads to one node, but by no rule that signalling.ports could say, so it is left out`,
    );
  return wrong.length > 0 ? { ...roles, own: [] } : roles;
}
