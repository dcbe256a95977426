import { Health, NodeHealth, VipHealth } from '../../api/health-schemas.ts';
import { isRecord } from '../../json.ts';
import type { DataSource } from '../plugin/provider.ts';
import type { Attributes } from '../plugin/schema.ts';
import { answerAttributes, answerValue } from './answer.ts';
import type { Asker } from './asker.ts';

/** What lasts from one plan to the next: no round trip times, no counters. */
const NODE = answerAttributes(NodeHealth, ['node', 'kind', 'zone', 'admin', 'maintenance', 'state', 'why']);
const VIP = answerAttributes(VipHealth, ['vip', 'address', 'transport', 'reachable']);

const ANSWER: Attributes = {
  ...answerAttributes(Health, ['probing']),
  panic: {
    type: 'bool',
    presence: 'computed',
    description: 'Most nodes fell silent at once: that is taken for the network, not for them.',
  },
  nodes: {
    nested: { nesting: 'list', attributes: NODE },
    presence: 'computed',
    description: 'Every node, sorted by id.',
  },
  vips: {
    nested: { nesting: 'list', attributes: VIP },
    presence: 'computed',
    description: 'The ways through the VIPs.',
  },
};

export const health: DataSource<Asker> = {
  name: 'health',
  schema: {
    version: 0,
    description:
      'What the dispatcher believes of its nodes now, and why. For `check` blocks, rather than to build upon.',
    attributes: ANSWER,
  },
  read: async (_config, api, { stopped }) => {
    const answer = await api.ask('/v1/health', { stopped });
    const panic = isRecord(answer) && isRecord(answer.panic) ? answer.panic.on : null;
    return answerValue(ANSWER, isRecord(answer) ? { ...answer, panic } : answer);
  },
};
