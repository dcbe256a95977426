import type { AnyEvent } from './events.ts';
import type { EventType } from './types.ts';

/** Whom an event is about. */
export interface Subjects {
  readonly room: string | undefined;
  readonly nodes: readonly string[];
}

/** The room and the nodes that an event names. Pure. */
export function subjectsOf(event: AnyEvent): Subjects {
  return { room: 'room' in event ? event.room : undefined, nodes: nodesIn(event) };
}

/** Members that name nodes, in the order in which they are told, where that is not `node` alone. */
const NODE_MEMBERS: Partial<Readonly<Record<EventType, readonly string[]>>> = {
  'room.moved': ['from', 'to'],
  'room.split': ['live', 'claimed'],
  'room.conflict': ['claimed', 'other'],
};

/** @param members that such an event has. In `topology.changed`, nodes are named in a list: it has none. */
export function nodeMembers(type: EventType, members: object): readonly string[] {
  return NODE_MEMBERS[type] ?? ('node' in members ? ['node'] : []);
}

function nodesIn(event: AnyEvent): readonly string[] {
  if (event.type === 'topology.changed')
    return event.changes.flatMap(({ part, id }) => (part === 'node' && id !== null ? [id] : []));
  const members = event as unknown as Readonly<Record<string, string>>;
  return nodeMembers(event.type, event).map((member) => members[member] ?? '');
}
