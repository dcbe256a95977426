/** Rooms that operators give to nodes. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { pin } from '../../dispatcher/edited-part.ts';
import type { TopologyEditor } from '../../dispatcher/topology-editor.ts';
import { PinSchema } from '../../topology/pins/schema.ts';
import { notModified } from '../conditional.ts';
import { EDIT_PROBLEMS } from '../edit-answer.ts';
import { ETAG, NOT_MODIFIED, ReadConditions, withHeaders } from '../responses.ts';
import { RoomParams } from '../schemas.ts';
import { editedPartRoutes } from './edited-part.ts';
import { checkedRoom } from './rooms.ts';

export const pinRoutes: FastifyPluginAsyncTypebox<{ readonly editor: TopologyEditor }> = async (
  app,
  { editor },
) => {
  const schema = Type.Unsafe<unknown>(PinSchema);
  app.get(
    '/v1/pins',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['topology'],
        summary: 'All pins, sorted by room',
        headers: ReadConditions,
        response: {
          200: withHeaders(Type.Unsafe<unknown>(Type.Object({ pins: Type.Array(schema) })), ETAG),
          304: NOT_MODIFIED,
        },
      },
    },
    (request, reply) =>
      notModified(request, reply, editor.revision)
        ? reply.code(304).send()
        : reply.send({ pins: editor.list('pins') }),
  );
  await app.register(
    editedPartRoutes({
      url: '/v1/pins/:room',
      params: RoomParams,
      part: ({ room = '' }) => pin(checkedRoom(room)),
      word: 'pin',
      nameOf: ({ room }) => room,
      schema,
      problems: EDIT_PROBLEMS,
      removable: true,
    }),
    { editor },
  );
};
