import { isRecord, recordsOf } from '../../json.ts';
import { PinSchema } from '../../topology/pins/schema.ts';
import type { DispatcherApi } from '../client/dispatcher-api.ts';
import { deriveMapping } from '../mapping/derive.ts';
import { failure } from '../plugin/diagnostics.ts';
import type { Context, Resource } from '../plugin/provider.ts';
import type { Attributes } from '../plugin/schema.ts';
import { UNKNOWN, type ObjectValue } from '../plugin/values.ts';
import { change, entityResource, idOf, makeAnew, subjectOf, write, type Entity } from './entity.ts';
import { making } from './in-order.ts';
import { validatePart } from './part.ts';

const PLACE: Attributes = {
  vip: { type: 'string', presence: 'computed', description: 'Id of the VIP that the node stands behind.' },
  signalling_url: {
    type: 'string',
    presence: 'computed',
    description: 'Where clients of the room connect to; null where the VIP carries no signalling.',
  },
  media: {
    presence: 'computed',
    description: 'The media workers of the node as seen through the VIP; the node picks the worker.',
    nested: {
      nesting: 'list',
      attributes: {
        protocol: { type: 'string', presence: 'computed', description: '`udp` or `tcp`.' },
        address: { type: 'string', presence: 'computed', description: 'Of the VIP.' },
        port: {
          type: 'number',
          presence: 'computed',
          description: 'Of the VIP and of the node: they are the same.',
        },
      },
    },
  },
};

const NOWHERE: ObjectValue = { vip: null, signalling_url: null, media: null };

export const ROOM: Entity = {
  name: 'pins',
  key: 'room',
  type: 'room',
  word: 'pinned room',
  description:
    'A room that is pinned to a node. A new claim of it goes there, whatever its hash says and however full the node is; ' +
    'a claim that the room has stays where it is until it is released.',
  mapping: deriveMapping(PinSchema, {
    room: { traits: { replaces: true } },
    node: {
      traits: {
        presence: 'optional-computed',
        stable: true,
        description:
          'Id of the node. Left out, the dispatcher places the room when it is made, as it would a claim, and it is ' +
          'pinned there.',
      },
    },
  }),
  own: { attributes: PLACE, imported: {} },
};

const base = entityResource(ROOM);

export const room: Resource<DispatcherApi> = {
  ...base,
  // What is left out is placed later.
  validate: (config) => validatePart(ROOM, config.node === null ? { ...config, node: UNKNOWN } : config),
  plan: ({ planned }) => ({ planned }),
  create: (planned, api, context) =>
    making(subjectOf(ROOM, planned), api, context, async () => {
      const name = idOf(ROOM, planned);
      const values =
        typeof planned.node === 'string' ? planned : { ...planned, node: await placeFor(api, name) };
      const pinned = await write(ROOM, api, values, makeAnew(ROOM, values), { isNew: true });
      return withPlace(api, pinned, { warn: context.warn });
    }),
  read: async (state, api, context) => {
    const found = await base.read(state, api, context);
    return found && withPlace(api, found, { stopped: context.stopped });
  },
  update: async (prior, planned, api, context) =>
    withPlace(api, await write(ROOM, api, planned, change(ROOM, prior, planned)), { warn: context.warn }),
};

/** Where the room is or would go. It is not claimed for that: nobody may ever come, and claims count as load. */
function preview(api: DispatcherApi, name: string, stopped?: AbortSignal): Promise<unknown> {
  return api.ask('/v1/placements', { body: { rooms: [name] }, ...(stopped && { stopped }) });
}

/** @returns id of a node. @throws DiagnosticError where none takes the room */
async function placeFor(api: DispatcherApi, name: string): Promise<string> {
  const answer = await preview(api, name);
  const node = nodeOf(recordsOf(answer, 'placements')[0]);
  if (node !== undefined) return node;
  const why = recordsOf(recordsOf(answer, 'unplaced')[0], 'reasons')
    .map((one) => `\n  ${String(one.node)}: ${String(one.reason)}`)
    .join('');
  throw failure(
    `No node takes room ${JSON.stringify(name)}`,
    `Name a node, or have one that takes rooms.${why}`,
    ['node'],
  );
}

function nodeOf(place: Readonly<Record<string, unknown>> | undefined): string | undefined {
  return isRecord(place?.node) && typeof place.node.id === 'string' ? place.node.id : undefined;
}

/**
 * @param warn tells the user that the room is elsewhere still; left out where that is no news
 * @param stopped left out after a write, of which the state would be lost
 */
async function withPlace(
  api: DispatcherApi,
  values: ObjectValue,
  { warn, stopped }: Partial<Context>,
): Promise<ObjectValue> {
  const [place] = recordsOf(await preview(api, idOf(ROOM, values), stopped), 'placements');
  if (!place) return { ...values, ...NOWHERE };
  const node = nodeOf(place);
  if (node !== values.node) {
    warn?.({
      summary: `Room ${JSON.stringify(idOf(ROOM, values))} is on another node for now`,
      detail:
        `It is not on the node that it is pinned to, but on ${node ?? 'none'}: either it has been claimed there, and stays until ` +
        'it is released (DELETE /v1/rooms/ROOM); or the node that it is pinned to takes no rooms now.',
      path: ['node'],
    });
  }
  const { vip, signalling } = place;
  return {
    ...values,
    vip: typeof vip === 'string' ? vip : null,
    signalling_url: isRecord(signalling) && typeof signalling.url === 'string' ? signalling.url : null,
    media: recordsOf(place, 'media').map((one) => ({
      protocol: String(one.protocol),
      address: String(one.address),
      port: Number(one.port),
    })),
  };
}
