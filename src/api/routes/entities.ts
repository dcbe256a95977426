/** Nodes, VIPs and maintenance windows: the same routes for all. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { Dispatcher } from '../../dispatcher/dispatcher.ts';
import type { EntityKind, TopologyEditor } from '../../dispatcher/topology-editor.ts';
import { toDocument } from '../../topology/format.ts';
import { WindowSchema } from '../../topology/maintenance/schema.ts';
import { NodeSchema, VipSchema } from '../../topology/schema.ts';
import { notModified, preconditionOf } from '../conditional.ts';
import { answerEdit, EDIT_PROBLEMS, EntityParams, noSuchEntity } from '../edit-answer.ts';
import { EditConditions, ETAG, NOT_MODIFIED, problems, ReadConditions, withHeaders } from '../responses.ts';
import { AnyObject, nothing } from '../schemas.ts';
import { acceptMergePatch, MERGE_PATCH } from '../validation.ts';

interface Options {
  dispatcher: Dispatcher;
  editor: TopologyEditor;
}

export const entityRoutes: FastifyPluginAsyncTypebox<Options> = async (app, options) => {
  await app.register(routesFor('nodes', 'node', NodeSchema), options);
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
const Body = Type.Unsafe<object>({ type: 'object', additionalProperties: true });

const OpenWindowSchema = Type.Object({
  window: Type.String(),
  since: Type.Number({ description: 'Milliseconds since the epoch.' }),
  until: Type.Number({ description: 'When it closes, as far as is known now.' }),
});

function routesFor(kind: EntityKind, word: string, schema: Type.TObject): FastifyPluginAsyncTypebox<Options> {
  return (app, { editor }) => {
    const entity = Type.Unsafe<unknown>({ ...schema, description: `A ${word}, as in a topology file.` });
    const written = { 200: withHeaders(entity, ETAG), ...EDIT_PROBLEMS };
    acceptMergePatch(app);

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
              200: withHeaders(Type.Unsafe<unknown>(Type.Object({ [kind]: Type.Array(entity) })), ETAG),
              304: NOT_MODIFIED,
            },
          },
        },
        (request, reply) =>
          notModified(request, reply, editor.revision)
            ? reply.code(304).send()
            : reply.send({ [kind]: editor.list(kind) }),
      );

    app.get(
      `/v1/${kind}/:id`,
      {
        config: { scope: 'read' },
        schema: {
          tags,
          summary: `One ${word}`,
          params: EntityParams,
          headers: ReadConditions,
          response: {
            200: withHeaders(entity, ETAG),
            304: NOT_MODIFIED,
            ...problems({ 404: `The topology has no such ${word}.` }),
          },
        },
      },
      (request, reply) => {
        const { id } = request.params;
        const found = editor.find(kind, id);
        if (!found) throw noSuchEntity(word, id);
        if (notModified(request, reply, editor.revision)) return reply.code(304).send();
        return reply.send(found);
      },
    );

    app.put(
      `/v1/${kind}/:id`,
      {
        config: { scope: 'topology:write' },
        schema: {
          tags,
          summary: `Create or replace a ${word}`,
          description: 'The whole topology is checked as a file would be: nothing is half-applied.',
          params: EntityParams,
          headers: EditConditions,
          body: Body,
          response: { ...written, 201: withHeaders(entity, ETAG) },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const result = await editor.put(kind, id, request.body, preconditionOf(request));
        return answerEdit(reply, result, word, id);
      },
    );

    app.patch(
      `/v1/${kind}/:id`,
      {
        config: { scope: 'topology:write' },
        schema: {
          tags,
          summary: `Change a ${word}`,
          description: 'JSON Merge Patch (RFC 7396): null puts a member back to its default.',
          consumes: [MERGE_PATCH, 'application/json'],
          params: EntityParams,
          headers: EditConditions,
          body: Body,
          response: written,
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const result = await editor.patch(kind, id, request.body, preconditionOf(request));
        return answerEdit(reply, result, word, id);
      },
    );

    app.delete(
      `/v1/${kind}/:id`,
      {
        config: { scope: 'topology:write' },
        schema: {
          tags,
          summary: `Remove a ${word}`,
          params: EntityParams,
          headers: EditConditions,
          response: { 204: nothing('Removed.'), ...EDIT_PROBLEMS },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const result = await editor.remove(kind, id, preconditionOf(request));
        return answerEdit(reply, result, word, id);
      },
    );
    return Promise.resolve();
  };
}
