/** Short cuts for what operators do to a node: each is one PATCH of its administrative state. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { entity } from '../../dispatcher/edited-part.ts';
import type { TopologyEditor } from '../../dispatcher/topology-editor.ts';
import type { AdminState } from '../../topology/model.ts';
import { NodeSchema } from '../../topology/schema.ts';
import { preconditionOf } from '../conditional.ts';
import { answerEdit, EDIT_PROBLEMS, EntityParams } from '../edit-answer.ts';
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

export const nodeStateRoutes: FastifyPluginAsyncTypebox<{ editor: TopologyEditor }> = (app, { editor }) => {
  for (const { name, state, summary } of ACTIONS) {
    app.post(
      `/v1/nodes/:id/${name}`,
      {
        config: { scope: 'nodes:write' },
        schema: {
          tags: ['topology'],
          summary,
          params: EntityParams,
          headers: EditConditions,
          response: { 200: withHeaders(Type.Unsafe<unknown>(NodeSchema), ETAG), ...EDIT_PROBLEMS },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const result = await editor.patch(entity('nodes', id), { state }, preconditionOf(request));
        return answerEdit(reply, result, 'node', id);
      },
    );
  }
  return Promise.resolve();
};
