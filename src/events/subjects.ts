import type { AnyEvent } from './events.ts';

/** Whom an event is about. */
export interface Subjects {
  readonly room: string | undefined;
  readonly nodes: readonly string[];
}

/** The room and the nodes that an event names. Pure. */
export function subjectsOf(event: AnyEvent): Subjects {
  return { room: 'room' in event ? event.room : undefined, nodes: nodesIn(event) };
}

function nodesIn(event: AnyEvent): readonly string[] {
  switch (event.type) {
    case 'room.moved':
      return [event.from, event.to];
    case 'room.split':
      return [event.live, event.claimed];
    case 'room.conflict':
      return [event.claimed, event.other];
    case 'topology.changed':
      return event.changes.flatMap(({ part, id }) => (part === 'node' && id !== null ? [id] : []));
    default:
      return 'node' in event ? [event.node] : [];
  }
}
