/** What may be asked of a room's place: the attributes that `roomlb_placement` and `roomlb_explain` share. */
import { ROOM_KINDS } from '../../allocation/allocation.ts';
import { NODE_KINDS } from '../../topology/model.ts';
import type { Attributes } from '../plugin/schema.ts';
import type { ObjectValue, Value } from '../plugin/values.ts';

export const WISHES: Attributes = {
  kind: choice(ROOM_KINDS, 'What the room is for; `conference` where left out.'),
  zone: {
    type: 'string',
    presence: 'optional',
    description: 'Preferred zone; other zones serve if it is full.',
  },
  node_kind: choice(NODE_KINDS, 'Only nodes of this kind.'),
  vip: { type: 'string', presence: 'optional', description: 'Only nodes behind this VIP.' },
};

/** As the REST API names them; null for what is left out. */
export function wishesOf({ kind, zone, node_kind, vip }: ObjectValue) {
  return { kind: text(kind), zone: text(zone), nodeKind: text(node_kind), vip: text(vip) };
}

function text(value: Value | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

export function choice(words: readonly string[], description: string) {
  return {
    type: 'string',
    presence: 'optional',
    description: `${description} One of ${words.map((word) => `\`${word}\``).join(', ')}.`,
    check: (value: Value) =>
      typeof value !== 'string' || words.includes(value)
        ? undefined
        : `must be ${words.join(' or ')}, found ${JSON.stringify(value)}`,
  } as const;
}
