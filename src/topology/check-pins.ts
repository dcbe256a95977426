import { nearest } from './nearest.ts';
import type { Parts } from './parts.ts';
import type { Problems } from './problems.ts';
import { quote } from './quote.ts';

/** A room has one pin at most, to a node that exists. Names of rooms differ by every byte, case too. */
export function checkPins({ pins, nodes, nodesKnown }: Parts, problems: Problems): void {
  const rooms = new Set<string>();
  const ids = new Set(nodes.map(({ value }) => value.id));
  for (const { path, value } of pins) {
    const { room, node } = value;
    if (room !== '' && rooms.has(room)) {
      const hint = 'a room has one node; leave one of them out';
      problems.fault([...path, 'room'], `another pin has the room ${quote(room)}`, hint);
    }
    rooms.add(room);
    if (!nodesKnown || ids.has(node)) continue;
    const meant = nearest(node, [...ids]);
    const hint =
      meant === undefined ? 'name a node of this topology, or take out the pin' : `did you mean "${meant}"?`;
    const whose = room === '' ? '' : `, which room ${quote(room)} is pinned to`;
    problems.fault([...path, 'node'], `there is no node ${node}${whose}`, hint);
  }
}
