/** Short cuts for what operators do to a node: each is one PATCH of its administrative state. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { Dispatcher } from '../../dispatcher/dispatcher.ts';
import { entity } from '../../dispatcher/edited-part.ts';
import type { TopologyEditor } from '../../dispatcher/topology-editor.ts';
import type { AdminState } from '../../topology/model.ts';
import { NodeSchema } from '../../topology/schema.ts';
import { preconditionOf } from '../conditional.ts';
import { answerEdit, EntityParams } from '../edit-answer.ts';
import {
  EMPTY_POOL_RULE,
  NODE_EDIT_PROBLEMS,
  nodeGuard,
  NodeEditQuery,
  type GuardQuery,
} from '../edit-guards.ts';
import { EditConditions, ETAG, withHeaders } from '../responses.ts';

interface Action {
  readonly name: string;
  readonly state: AdminState;
  readonly summary: string;
}

const ACTIONS: readonly Action[] = [
  { name: 'drain', state: 'draining', summary: 'No new rooms; those it has go on' },
  { name: 'undrain', state: 'active', summary: 'Take new rooms again' },
  { name: 'disable', state: 'disabled', summary: 'Out of every rule; its rooms are placed anew' },
  { name: 'enable', state: 'active', summary: 'Back into service' },
];

export const nodeStateRoutes: FastifyPluginAsyncTypebox<{
  dispatcher: Dispatcher;
  editor: TopologyEditor;
}> = (app, { dispatcher, editor }) => {
  for (const { name, state, summary } of ACTIONS) {
    app.post(
      `/v1/nodes/:id/${name}`,
      {
        config: { scope: 'nodes:write' },
        schema: {
          tags: ['topology'],
          summary,
          ...(state === 'disabled' && { description: EMPTY_POOL_RULE }),
          params: EntityParams,
          querystring: Type.Unsafe<GuardQuery>(state === 'disabled' ? NodeEditQuery : Type.Object({})),
          headers: EditConditions,
          response: { 200: withHeaders(Type.Unsafe<unknown>(NodeSchema), ETAG), ...NODE_EDIT_PROBLEMS },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const result = await editor.patch(
          entity('nodes', id),
          { state },
          {
            precondition: preconditionOf(request),
            guard: nodeGuard(dispatcher, id, request.query),
          },
        );
        return answerEdit(reply, result, 'node', id);
      },
    );
  }
  return Promise.resolve();
};
