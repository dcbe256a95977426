import type { NumberedEvent } from '../events/history.ts';
import { nodeMembers } from '../events/subjects.ts';
import type { EventType } from '../events/types.ts';

/** What a node's id may have; such are 63 bytes at most. */
const WORD_BYTES = 63;

/**
 * `TYPE.NODE…`: the two words of the type, then each node that the event is about, in the order of its members
 * (`room.moved.FROM.TO`), so that `#.sfu-1.#` binds what is about one node. A dot would begin another word, and
 * `*` and `#` mean something in bindings: what is no letter, digit, `_` or `-` becomes `_`. A change of the topology is
 * about any number of nodes, and names none: keys are 255 bytes at most (AMQP 0-9-1, a short string). Pure.
 */
export function routingKey({ type, subjects }: Pick<NumberedEvent, 'type' | 'subjects'>): string {
  const nodes = type === 'topology.changed' ? [] : subjects.nodes;
  return [type, ...nodes.map(wordOf)].join('.');
}

/** The routing key with the names of members for nodes: `room.moved.{from}.{to}`. Pure. @param members of such events */
export function routingTemplate(type: EventType, members: object): string {
  return [type, ...nodeMembers(type, members).map((member) => `{${member}}`)].join('.');
}

function wordOf(node: string): string {
  return node.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, WORD_BYTES);
}
