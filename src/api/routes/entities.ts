/** Nodes and VIPs: the same five routes for both. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { Dispatcher } from '../../dispatcher/dispatcher.ts';
import type { EntityKind, TopologyEditor } from '../../dispatcher/topology-editor.ts';
import { toDocument } from '../../topology/format.ts';
import { NodeSchema, VipSchema } from '../../topology/schema.ts';
import { answerEdit, EDIT_PROBLEMS, EntityParams, noSuchEntity } from '../edit-answer.ts';
import { AnyObject, nothing, ProblemSchema } from '../schemas.ts';

interface Options {
  dispatcher: Dispatcher;
  editor: TopologyEditor;
}

export const entityRoutes: FastifyPluginAsyncTypebox<Options> = async (app, options) => {
  await app.register(routesFor('nodes', 'node', NodeSchema), options);
  await app.register(routesFor('vips', 'VIP', VipSchema), options);
  app.get(
    '/v1/topology',
    {
      schema: {
        tags,
        summary: 'The whole topology, as a file would have it',
        response: { 200: AnyObject },
      },
    },
    (_, reply) => {
      const { declared, snapshot } = options.dispatcher;
      return reply
        .header('etag', `"${snapshot.revision}"`)
        .type('application/json')
        .send(JSON.stringify(toDocument(declared)));
    },
  );
};

const tags = ['topology'];
const Body = Type.Unsafe<object>({ type: 'object', additionalProperties: true });

function routesFor(kind: EntityKind, word: string, schema: Type.TObject): FastifyPluginAsyncTypebox<Options> {
  return (app, { dispatcher, editor }) => {
    const body = Type.Unsafe<unknown>({ ...schema, description: `A ${word}, as in a topology file.` });
    const editResponses = { 200: body, ...EDIT_PROBLEMS };
    const find = (id: string) => editor.find(kind, id);

    app.get(
      `/v1/${kind}`,
      {
        schema: {
          tags,
          summary: `All ${word}s`,
          response: { 200: Type.Unsafe<unknown>(Type.Object({ [kind]: Type.Array(body) })) },
        },
      },
      (_, reply) => {
        reply.header('etag', `"${dispatcher.snapshot.revision}"`);
        return { [kind]: editor.list(kind) };
      },
    );

    app.get(
      `/v1/${kind}/:id`,
      {
        schema: {
          tags,
          summary: `One ${word}`,
          params: EntityParams,
          response: { 200: body, 404: ProblemSchema },
        },
      },
      (request, reply) => {
        const entity = find(request.params.id);
        if (!entity) throw noSuchEntity(word, request.params.id);
        reply.header('etag', `"${dispatcher.snapshot.revision}"`);
        return entity;
      },
    );

    app.put(
      `/v1/${kind}/:id`,
      {
        schema: {
          tags,
          summary: `Create or replace a ${word}`,
          description: 'The whole topology is checked as a file would be: nothing is half-applied.',
          params: EntityParams,
          body: Body,
          response: { ...editResponses, 201: body },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const result = await editor.put(kind, id, request.body, request.headers['if-match']);
        return answerEdit(reply, result, word, id, () => find(id));
      },
    );

    app.patch(
      `/v1/${kind}/:id`,
      {
        schema: {
          tags,
          summary: `Change a ${word}`,
          description: 'JSON Merge Patch (RFC 7396): null puts a member back to its default.',
          params: EntityParams,
          body: Body,
          response: editResponses,
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const result = await editor.patch(kind, id, request.body, request.headers['if-match']);
        return answerEdit(reply, result, word, id, () => find(id));
      },
    );

    app.delete(
      `/v1/${kind}/:id`,
      {
        schema: {
          tags,
          summary: `Remove a ${word}`,
          params: EntityParams,
          response: { ...editResponses, 204: nothing('Removed.') },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const result = await editor.remove(kind, id, request.headers['if-match']);
        return answerEdit(reply, result, word, id, () => find(id));
      },
    );
    return Promise.resolve();
  };
}
