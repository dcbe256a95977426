/** What stands in the way of an edit of nodes that the topology itself would allow. */
import Type from 'typebox';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import { emptiedVips } from '../dispatcher/emptied-vips.ts';
import type { Guard } from '../dispatcher/topology-editor.ts';
import { EDIT_PROBLEMS } from './edit-answer.ts';
import { Problem } from './problem.ts';
import { problems } from './responses.ts';

const allowEmpty = Type.Optional(
  Type.Boolean({
    default: false,
    description: 'Whether a VIP may be left without any node that is not disabled.',
  }),
);

export const NodeEditQuery = Type.Object({ allowEmpty });

/** What is misspelt here would not guard, and the node would be gone. */
export const NodeRemovalQuery = Type.Object(
  {
    allowEmpty,
    ifEmpty: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'Refuses with 409 (`node-has-rooms`) while rooms are claimed on the node or live there. Drain it before: ' +
          'then none come any more, and what is asked last is what counts.',
      }),
    ),
    leaveWindows: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'Takes it out of the maintenance windows that name others as well. Otherwise, and where a window names no other, ' +
          'a node that a window names is not removed (422).',
      }),
    ),
  },
  { additionalProperties: false },
);

export type GuardQuery = Partial<Readonly<Record<'allowEmpty' | 'ifEmpty' | 'leaveWindows', boolean>>>;

export const EMPTY_POOL_RULE =
  'Refused with 409 (`would-empty-pool`) where it would leave a VIP without its last node that is not disabled, unless ' +
  '`allowEmpty` is true. Draining, and a weight of 0, are no such edits: rooms go on then.';

export const NODE_EDIT_PROBLEMS = {
  ...EDIT_PROBLEMS,
  ...problems({
    409:
      'Somebody else changed the topology meanwhile (`revision` is the current one); or a VIP would be left without ' +
      'nodes (`vips`); or the node that shall go only without rooms has some (`claims`, `live`).',
  }),
};

/** @param node what the edit is of */
export function nodeGuard(dispatcher: Dispatcher, node: string, query: GuardQuery): Guard {
  return async (before, after) => {
    if (query.allowEmpty !== true) {
      const vips = emptiedVips(before, after);
      if (vips.length > 0) throw wouldEmptyPool(node, vips);
    }
    if (query.ifEmpty !== true) return;
    const rooms = await dispatcher.roomsOn(node);
    if (rooms.claims > 0 || rooms.live > 0) throw nodeHasRooms(node, rooms);
  };
}

function wouldEmptyPool(node: string, vips: readonly string[]): Problem {
  const detail =
    `VIP ${vips.join(', ')} would have no node any more that is not disabled: ${node} is the last one. Add another ` +
    `first, or drain it (POST /v1/nodes/${node}/drain), so that its rooms go on; allowEmpty=true does it all the same`;
  return new Problem(409, 'would-empty-pool', detail, { vips });
}

function nodeHasRooms(node: string, { claims, live }: Awaited<ReturnType<Dispatcher['roomsOn']>>): Problem {
  const detail =
    `${claims} rooms are claimed on node ${node}, and ${live} live there: drain it, and ask again when they are gone; ` +
    'without ifEmpty they are placed anew';
  return new Problem(409, 'node-has-rooms', detail, { claims, live });
}
