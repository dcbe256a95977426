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
  if (event.type === 'room.moved') return [event.from, event.to];
  if (event.type === 'room.split') return [event.live, event.claimed];
  if (event.type === 'room.conflict') return [event.claimed, event.other];
  if (event.type === 'topology.changed')
    return event.changes.flatMap(({ part, id }) => (part === 'node' && id !== null ? [id] : []));
  return 'node' in event ? [event.node] : [];
}
