/** Nodes, VIPs and maintenance windows, and the topology that they are in. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { Dispatcher } from '../../dispatcher/dispatcher.ts';
import { entity, nodeOfWindows, type EntityKind } from '../../dispatcher/edited-part.ts';
import type { TopologyEditor } from '../../dispatcher/topology-editor.ts';
import { toDocument } from '../../topology/format.ts';
import { WindowSchema } from '../../topology/maintenance/schema.ts';
import { NodeSchema, VipSchema } from '../../topology/schema.ts';
import { notModified } from '../conditional.ts';
import { EDIT_PROBLEMS, EntityParams } from '../edit-answer.ts';
import {
  EMPTY_POOL_RULE,
  NODE_EDIT_PROBLEMS,
  nodeGuard,
  NodeEditQuery,
  NodeRemovalQuery,
} from '../edit-guards.ts';
import { ETAG, NOT_MODIFIED, ReadConditions, withHeaders } from '../responses.ts';
import { AnyObject } from '../schemas.ts';
import { editedPartRoutes, type PartGuard } from './edited-part.ts';

interface Options {
  dispatcher: Dispatcher;
  editor: TopologyEditor;
}

export const entityRoutes: FastifyPluginAsyncTypebox<Options> = async (app, options) => {
  const guard: PartGuard = {
    description: EMPTY_POOL_RULE,
    edit: NodeEditQuery,
    removal: NodeRemovalQuery,
    of: ({ id = '' }, query) => nodeGuard(options.dispatcher, id, query),
    removed: ({ id = '' }, { leaveWindows }) =>
      leaveWindows === true ? nodeOfWindows(id) : entity('nodes', id),
  };
  await app.register(routesFor('nodes', 'node', NodeSchema, guard), options);
  await app.register(routesFor('vips', 'VIP', VipSchema), options);
  await app.register(routesFor('maintenance', 'maintenance window', WindowSchema), options);
  app.get(
    '/v1/maintenance',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'All maintenance windows, and which are open',
        description: 'While a window is open, the active nodes that it names are draining.',
        response: {
          200: Type.Object({
            maintenance: Type.Array(Type.Unsafe<unknown>(WindowSchema)),
            open: Type.Array(OpenWindowSchema),
          }),
        },
      },
    },
    () => ({
      maintenance: [...options.editor.list('maintenance')],
      open: options.dispatcher.maintenance.map(({ window, since, until }) => ({
        window: window.id,
        since,
        until,
      })),
    }),
  );
  app.get(
    '/v1/topology',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'The whole topology, as a file would have it',
        headers: ReadConditions,
        response: { 200: withHeaders(AnyObject, ETAG), 304: NOT_MODIFIED },
      },
    },
    (request, reply) => {
      if (notModified(request, reply, options.editor.revision)) return reply.code(304).send();
      return reply.type('application/json').send(JSON.stringify(toDocument(options.dispatcher.declared)));
    },
  );
};

const tags = ['topology'];

const OpenWindowSchema = Type.Object({
  window: Type.String(),
  since: Type.Number({ description: 'Milliseconds since the epoch.' }),
  until: Type.Number({ description: 'When it closes, as far as is known now.' }),
});

function routesFor(
  kind: EntityKind,
  word: string,
  schema: Type.TObject,
  guard?: PartGuard,
): FastifyPluginAsyncTypebox<Options> {
  return async (app, { editor }) => {
    const described = Type.Unsafe<unknown>({ ...schema, description: `A ${word}, as in a topology file.` });

    // Which windows are open changes with time, not with the topology: that list is no part of this.
    if (kind !== 'maintenance')
      app.get(
        `/v1/${kind}`,
        {
          config: { scope: 'read' },
          schema: {
            tags,
            summary: `All ${word}s`,
            headers: ReadConditions,
            response: {
              200: withHeaders(Type.Unsafe<unknown>(Type.Object({ [kind]: Type.Array(described) })), ETAG),
              304: NOT_MODIFIED,
            },
          },
        },
        (request, reply) =>
          notModified(request, reply, editor.revision)
            ? reply.code(304).send()
            : reply.send({ [kind]: editor.list(kind) }),
      );

    await app.register(
      editedPartRoutes({
        url: `/v1/${kind}/:id`,
        params: EntityParams,
        word,
        schema: described,
        part: ({ id = '' }) => entity(kind, id),
        nameOf: ({ id }) => id,
        removable: true,
        ...(guard ? { guard, problems: NODE_EDIT_PROBLEMS } : { problems: EDIT_PROBLEMS }),
      }),
      { editor },
    );
  };
}
