import { isRecord } from '../../json.ts';
import { ADMIN_STATES, NODE_KINDS } from '../../topology/model.ts';
import { NodeSchema } from '../../topology/schema.ts';
import { failure } from '../plugin/diagnostics.ts';
import type { DataSource } from '../plugin/provider.ts';
import { answerAttributes, answerValue } from './answer.ts';
import type { Asker } from './asker.ts';
import { choice } from './wishes.ts';

const NODE = answerAttributes(NodeSchema);

/** In the document's words. */
const FILTERS = ['vip', 'zone', 'kind', 'state'] as const;

export const nodes: DataSource<Asker> = {
  name: 'nodes',
  schema: {
    version: 0,
    description:
      'The media nodes of the topology, sorted by id; those that meet every condition that is given.',
    attributes: {
      vip: { type: 'string', presence: 'optional', description: 'Only those behind this VIP.' },
      zone: { type: 'string', presence: 'optional', description: 'Only those in this zone.' },
      kind: choice(NODE_KINDS, 'Only those of this kind.'),
      state: choice(ADMIN_STATES, 'Only those in this administrative state.'),
      nodes: {
        nested: { nesting: 'list', attributes: NODE },
        presence: 'computed',
        description: 'The nodes, as the topology has them.',
      },
    },
  },
  read: async (config, api, { stopped }) => {
    const answer = await api.ask('/v1/nodes', { stopped });
    const all = isRecord(answer) && Array.isArray(answer.nodes) ? (answer.nodes as unknown[]) : undefined;
    if (!all)
      throw failure('No list of nodes', 'GET /v1/nodes answered with something else. Is this a dispatcher?');
    const met = all
      .map((node) => answerValue(NODE, node))
      .filter((node) => FILTERS.every((name) => config[name] === null || config[name] === node[name]));
    return { ...config, nodes: met };
  },
};
