/** Which events a subscriber wants. Pure. */
import type { Subjects } from './subjects.ts';
import { EVENT_TYPES, type EventType } from './types.ts';

/** As it is asked for. What is empty or left out does not narrow. */
export interface EventFilter {
  /** Full types (`room.moved`), or what they begin with, up to the dot (`room.`). */
  readonly kinds?: readonly string[] | undefined;
  readonly rooms?: readonly string[] | undefined;
  readonly nodes?: readonly string[] | undefined;
}

/** Most entries that a filter may have of each. */
export const FILTER_LIMITS = { kinds: 50, rooms: 1000, nodes: 1000 } as const;

/** A filter that nothing can pass, or that asks for what does not exist. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
}

/**
 * Passes what is of one of the kinds and, where rooms or nodes are named, about one of these rooms or one of these
 * nodes.
 */
export type Passes = (type: EventType, subjects: Subjects) => boolean;

/** @throws FilterError for a kind that no event has */
export function compileFilter({ kinds = [], rooms = [], nodes = [] }: EventFilter): Passes {
  const types = kinds.length > 0 ? new Set(kinds.flatMap(typesOf)) : undefined;
  const roomSet = new Set(rooms);
  const nodeSet = new Set(nodes);
  const anyone = rooms.length + nodes.length === 0;
  return (type, { room, nodes: about }) =>
    (types === undefined || types.has(type)) &&
    (anyone || (room !== undefined && roomSet.has(room)) || about.some((node) => nodeSet.has(node)));
}

function typesOf(kind: string): readonly EventType[] {
  const types = EVENT_TYPES.filter((type) => (kind.endsWith('.') ? type.startsWith(kind) : type === kind));
  if (types.length > 0) return types;
  const prefixes = [...new Set(EVENT_TYPES.map((type) => type.slice(0, type.indexOf('.') + 1)))];
  throw new FilterError(
    `no event is of kind ${JSON.stringify(kind)}; write a type such as room.moved, or one of ${prefixes.join(', ')}`,
  );
}
