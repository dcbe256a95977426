import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { RoomWishes } from '../../allocation/allocation.ts';
import { roomNameFault } from '../../room-name.ts';
import type { Dispatcher } from '../../dispatcher/dispatcher.ts';
import type { Unplaced } from '../../placement/place.ts';
import { quote } from '../../topology/quote.ts';
import { allocationJson, JSON_TYPE } from '../allocation-json.ts';
import type { Metrics } from '../metrics.ts';
import { Problem } from '../problem.ts';
import { suggestion } from '../request-faults.ts';
import { problems } from '../responses.ts';
import * as schemas from '../schemas.ts';

const tags = ['rooms'];
const NO_BODY: Partial<RoomWishes> = {};
const BAD_NAME = 'The name is none a room may have.';
const NO_CLAIM = 'The room has no claim.';

export const roomRoutes: FastifyPluginAsyncTypebox<{ dispatcher: Dispatcher; metrics: Metrics }> = (
  app,
  { dispatcher, metrics },
) => {
  app.put(
    '/v1/rooms/:room',
    {
      config: { scope: 'rooms:write' },
      schema: {
        tags,
        summary: 'Claim a place for a room',
        description:
          'Idempotent: the first call places the room (201), later ones answer with the same place (200). ' +
          'A claim sticks until it is released; only a node that is disabled, removed or down loses it, and ' +
          'the next call then places the room anew and says so in `moved`.',
        params: schemas.RoomParams,
        body: schemas.ClaimBody,
        response: {
          200: schemas.Allocation,
          201: schemas.Allocation,
          ...problems({
            400: 'The request is not valid.',
            422: 'There is no such VIP.',
            503: 'No node can take the room; `reasons` says why for each.',
          }),
        },
      },
    },
    async (request, reply) => {
      const room = checkedRoom(request.params.room);
      const wishes = request.body ?? NO_BODY;
      checkVip(dispatcher, wishes);
      const claimed = await dispatcher.claim(room, wishes);
      metrics.claims.inc({ result: claimed.result });
      if (claimed.result === 'refused') throw noNodeFits(claimed.refusal);
      if (claimed.result !== 'kept') {
        const { moved, node } = claimed.allocation;
        request.change = { before: moved ?? null, after: { room, node: node.id } };
      }
      return reply
        .code(claimed.result === 'created' ? 201 : 200)
        .type(JSON_TYPE)
        .serializer(allocationJson)
        .send(claimed.allocation);
    },
  );

  app.get(
    '/v1/rooms/:room',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Where a claimed room lives',
        params: schemas.RoomParams,
        response: {
          200: schemas.Allocation,
          ...problems({
            400: BAD_NAME,
            404: NO_CLAIM,
            409: 'The node that the room was claimed on lost it; PUT places it anew.',
          }),
        },
      },
    },
    async (request) => {
      const room = checkedRoom(request.params.room);
      const lookup = await dispatcher.lookup(room);
      switch (lookup.found) {
        case 'claim':
          return lookup.allocation;
        case 'nothing':
          throw noSuchRoom(room);
        case 'displaced':
          throw new Problem(
            409,
            'room-displaced',
            `the room was on node ${lookup.from}, which is ${lookup.why}; PUT it to have it placed anew`,
            { from: lookup.from, why: lookup.why },
          );
      }
    },
  );

  app.delete(
    '/v1/rooms/:room',
    {
      config: { scope: 'rooms:write' },
      schema: {
        tags,
        summary: 'Release a room',
        params: schemas.RoomParams,
        response: { 204: schemas.nothing('Released.'), ...problems({ 400: BAD_NAME, 404: NO_CLAIM }) },
      },
    },
    async (request, reply) => {
      const room = checkedRoom(request.params.room);
      const released = await dispatcher.release(room);
      if (!released) throw noSuchRoom(room);
      request.change = { before: { room, node: released.node }, after: null };
      return reply.code(204).send();
    },
  );

  app.get(
    '/v1/rooms',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Claimed rooms, page by page',
        description: 'Sorted by name; pages stay in step while rooms come and go.',
        querystring: schemas.RoomPageQuery,
        response: { 200: schemas.RoomPage, ...problems({ 400: 'The query is not valid.' }) },
      },
    },
    async (request) => {
      const { node, after, limit = schemas.DEFAULT_PAGE } = request.query;
      const page = await dispatcher.claims.list({ node, after, limit });
      const rooms = page.entries.map(({ room, claim }) => ({
        room,
        node: claim.node,
        kind: claim.kind,
        zone: claim.zone,
        participants: claim.participants,
      }));
      return { rooms, next: page.next };
    },
  );

  app.get(
    '/v1/loads',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Claimed rooms by node',
        response: { 200: Type.Object({ loads: schemas.list(schemas.Load) }) },
      },
    },
    () => ({ loads: [...dispatcher.claims.loads()].map(([node, rooms]) => ({ node, rooms })) }),
  );
  return Promise.resolve();
};

export function checkedRoom(room: string): string {
  const fault = roomNameFault(room);
  if (fault !== undefined) throw new Problem(400, 'invalid-room-name', fault);
  return room;
}

/** A VIP that does not exist is a slip of the caller's; that its nodes are full or down is not. */
export function checkVip({ snapshot: { view } }: Dispatcher, { vip = null }: Partial<RoomWishes>): void {
  if (vip === null || view.vips.has(vip)) return;
  const known = [...view.vips.keys()];
  const hint = suggestion(vip, known) ?? `there are ${known.slice(0, 10).join(', ') || 'none'}`;
  throw new Problem(422, 'no-such-vip', `there is no VIP ${quote(vip)}; ${hint}`, {
    faults: [{ path: 'vip', message: `there is no VIP ${quote(vip)}`, hint }],
  });
}

function noSuchRoom(room: string): Problem {
  return new Problem(404, 'no-such-room', `no claim for room ${JSON.stringify(room)}; PUT it to get one`);
}

function noNodeFits({ passedOver: reasons, pin }: Unplaced): Problem {
  const detail = pin
    ? `the room is strictly pinned to node ${pin.node}, which cannot take it; \`reasons\` says why`
    : reasons.length === 0
      ? 'the topology has no node that could take a room'
      : 'no node can take this room; `reasons` says why for each';
  return new Problem(503, 'no-node-fits', detail, { reasons });
}
