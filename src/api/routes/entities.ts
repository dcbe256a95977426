/** Nodes and VIPs: the same five routes for both. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import type { Dispatcher } from '../../dispatcher/dispatcher.ts';
import type { EditResult, EntityKind, TopologyEditor } from '../../dispatcher/topology-editor.ts';
import { toDocument } from '../../topology/format.ts';
import { NodeSchema, VipSchema } from '../../topology/schema.ts';
import { Problem } from '../problem.ts';
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
      const { view, revision } = options.dispatcher.snapshot;
      return reply
        .header('etag', `"${revision}"`)
        .type('application/json')
        .send(JSON.stringify(toDocument(view.topology)));
    },
  );
};

const tags = ['topology'];
const Params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 63 }) });
const Body = Type.Unsafe<object>({ type: 'object', additionalProperties: true });

function routesFor(kind: EntityKind, word: string, schema: Type.TObject): FastifyPluginAsyncTypebox<Options> {
  return (app, { dispatcher, editor }) => {
    const body = Type.Unsafe<unknown>({ ...schema, description: `A ${word}, as in a topology file.` });
    const editResponses = {
      200: body,
      400: ProblemSchema,
      404: ProblemSchema,
      409: ProblemSchema,
      412: ProblemSchema,
      422: ProblemSchema,
    };
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
        schema: { tags, summary: `One ${word}`, params: Params, response: { 200: body, 404: ProblemSchema } },
      },
      (request, reply) => {
        const entity = find(request.params.id);
        if (!entity) throw missing(word, request.params.id);
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
          params: Params,
          body: Body,
          response: { ...editResponses, 201: body },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const result = await editor.put(kind, id, request.body, request.headers['if-match']);
        return answer(reply, result, word, id, find);
      },
    );

    app.patch(
      `/v1/${kind}/:id`,
      {
        schema: {
          tags,
          summary: `Change a ${word}`,
          description: 'JSON Merge Patch (RFC 7396): null puts a member back to its default.',
          params: Params,
          body: Body,
          response: editResponses,
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const result = await editor.patch(kind, id, request.body, request.headers['if-match']);
        return answer(reply, result, word, id, find);
      },
    );

    app.delete(
      `/v1/${kind}/:id`,
      {
        schema: {
          tags,
          summary: `Remove a ${word}`,
          params: Params,
          response: { ...editResponses, 204: nothing('Removed.') },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const result = await editor.remove(kind, id, request.headers['if-match']);
        return answer(reply, result, word, id, find);
      },
    );
    return Promise.resolve();
  };
}

function answer(
  reply: FastifyReply,
  outcome: EditResult,
  word: string,
  id: string,
  find: (id: string) => object | undefined,
): FastifyReply {
  switch (outcome.result) {
    case 'missing':
      throw missing(word, id);
    case 'stale':
      throw new Problem(
        412,
        'stale-revision',
        `the topology is at revision ${outcome.revision} by now; read it again`,
        {
          revision: outcome.revision,
        },
      );
    case 'conflict':
      throw new Problem(409, 'concurrent-change', 'somebody else changed the topology meanwhile; try again');
    case 'invalid':
      throw new Problem(422, 'invalid-topology', outcome.faults[0]?.message ?? 'the change is not valid', {
        faults: outcome.faults.map(({ path, message, hint }) => ({ path, message, hint })),
      });
    case 'deleted':
      return reply.code(204).send();
    case 'created':
    case 'changed':
      return reply
        .code(outcome.result === 'created' ? 201 : 200)
        .header('etag', `"${outcome.revision}"`)
        .send(find(id));
  }
}

function missing(word: string, id: string): Problem {
  return new Problem(404, 'no-such-entity', `the topology has no ${word} ${JSON.stringify(id)}`);
}
