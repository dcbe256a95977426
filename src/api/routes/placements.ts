import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Allocation } from '../../allocation/allocation.ts';
import { explain } from '../../allocation/explain.ts';
import type { Dispatcher } from '../../dispatcher/dispatcher.ts';
import type { RenderCache } from '../../dispatcher/render-cache.ts';
import type { PassedOver } from '../../placement/place.ts';
import { usualTargets } from '../../targets/registry.ts';
import type { Target } from '../../targets/target.ts';
import type { Topology } from '../../topology/model.ts';
import { problems } from '../responses.ts';
import * as schemas from '../schemas.ts';
import { allocationJson, JSON_TYPE } from '../allocation-json.ts';
import { noSuchTarget } from './intent.ts';
import { checkedRoom, checkVip } from './rooms.ts';

const tags = ['placement'];

interface Unplaced {
  readonly room: string;
  readonly reasons: readonly PassedOver[];
}

interface Preview {
  readonly revision: string;
  readonly placements: readonly Allocation[];
  readonly unplaced: readonly Unplaced[];
}

function previewJson({ revision, placements, unplaced }: Preview): string {
  const list = placements.map(allocationJson).join(',');
  return `{"revision":"${revision}","placements":[${list}],"unplaced":${JSON.stringify(unplaced)}}`;
}

export const placementRoutes: FastifyPluginAsyncTypebox<{
  dispatcher: Dispatcher;
  rendered: RenderCache;
}> = (app, { dispatcher, rendered }) => {
  app.post(
    '/v1/placements',
    {
      config: { scope: 'read' },
      bodyLimit: 4 * 1024 * 1024,
      schema: {
        tags,
        summary: 'Preview places of many rooms',
        description:
          'Says for each room what a claim would answer now, each on its own, and changes nothing. Rooms ' +
          'that no node could take are listed in `unplaced`.',
        body: schemas.PreviewBody,
        response: {
          200: schemas.Preview,
          ...problems({ 400: 'The request is not valid.', 422: 'There is no such VIP.' }),
        },
      },
    },
    async (request, reply) => {
      const { rooms, ...wishes } = request.body;
      for (const room of rooms) checkedRoom(room);
      checkVip(dispatcher, wishes);
      const outcomes = await Promise.all(rooms.map((room) => dispatcher.preview(room, wishes)));
      const placements: Allocation[] = [];
      const unplaced: Unplaced[] = [];
      outcomes.forEach((outcome, index) => {
        if (outcome.placed) placements.push(outcome.allocation);
        else unplaced.push({ room: rooms[index] ?? '', reasons: outcome.passedOver });
      });
      return reply
        .type(JSON_TYPE)
        .serializer(previewJson)
        .send({ revision: dispatcher.snapshot.revision, placements, unplaced });
    },
  );

  app.get(
    '/v1/explain/rooms/:room',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Why a room is where it is',
        description:
          'Each candidate, why it won or lost, and the rules on each target that carry the room. The wishes ' +
          'are those of the claim, where the room has one, and count only until it has a place.',
        params: schemas.RoomParams,
        querystring: schemas.ExplainQuery,
        response: {
          200: schemas.Explanation,
          ...problems({
            400: 'The request is not valid.',
            404: 'There is no such target.',
            422: 'There is no such VIP.',
          }),
        },
      },
    },
    async (request) => {
      const room = checkedRoom(request.params.room);
      const { target, ...asked } = request.query;
      const targets = targetsAsked(target, rendered, dispatcher.snapshot.view.topology);
      checkVip(dispatcher, asked);
      const { wishes, ...standing } = await dispatcher.standing(room, asked);
      const { snapshot, claims } = dispatcher;
      return explain(snapshot, room, wishes, rendered.rules(snapshot.intent, targets), {
        ...standing,
        handedOut: claims,
      });
    },
  );
  return Promise.resolve();
};

/** Those of the topology's balancers, or engines of Linux hosts, where nobody says which. */
function targetsAsked(
  names: string | undefined,
  rendered: RenderCache,
  topology: Topology,
): readonly Target[] {
  if (names === undefined) return usualTargets(topology, rendered.targets);
  return names.split(',').map((name) => {
    const target = rendered.targets.find((one) => one.name === name);
    if (!target) throw noSuchTarget(rendered);
    return target;
  });
}
