/** `pins:` as users write it. Same rules as `schema.ts` beside this folder. */
import Type from 'typebox';
import { MAX_ROOM_BYTES } from '../../room-name.ts';
import { id, mapping } from '../schema-parts.ts';

const { Optional } = Type;

export const PinSchema = mapping(
  'A room that an operator gives to a node. A new claim of it goes there, whatever its hash says and however full the node is; a claim that the room has stays where it is until it is released.',
  {
    room: Type.String({
      minLength: 1,
      maxLength: MAX_ROOM_BYTES,
      examples: ['all-hands'],
      description: `Name of the room: 1 to ${MAX_ROOM_BYTES} bytes of UTF-8 without control characters.`,
    }),
    node: id('Id of the node.', ['sfu-3']),
    strict: Optional(
      Type.Boolean({
        default: false,
        description:
          'What becomes of the room where the node takes no new rooms (draining, disabled, weight 0, suspect, down), or the claim wishes another VIP, zone or kind. true: it is refused. false: it goes by hash, as if it were not pinned.',
      }),
    ),
  },
  [{ room: 'all-hands', node: 'sfu-3' }],
);

/** Every edit by REST checks all of them, and every replica keeps them in memory. */
export const MAX_PINS = 10_000;

export const PinsSchema = Type.Array(PinSchema, {
  maxItems: MAX_PINS,
  description: 'Rooms that operators give to nodes, whatever their hash says. No rule of a balancer changes.',
  examples: [[{ room: 'all-hands', node: 'sfu-3' }]],
});

export type PinDocument = Type.Static<typeof PinSchema>;
