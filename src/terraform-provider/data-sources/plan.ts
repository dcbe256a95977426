import { PlanReport } from '../../api/balancer-schemas.ts';
import { isRecord } from '../../json.ts';
import type { DataSource } from '../plugin/provider.ts';
import type { Attributes } from '../plugin/schema.ts';
import { answerAttributes, answerValue } from './answer.ts';
import type { Asker } from './asker.ts';

const ANSWER: Attributes = {
  pending: { type: 'bool', presence: 'computed', description: 'Whether an apply would change anything.' },
  plan: {
    nested: { nesting: 'single', attributes: answerAttributes(PlanReport) },
    presence: 'computed',
    description: 'What it would change; null where an agent has nothing to do.',
  },
};

export const plan: DataSource<Asker> = {
  name: 'plan',
  schema: {
    version: 0,
    description:
      'What an apply would change at a live engine now. Looked at when Terraform plans; changes nothing. The engine has ' +
      'to be driven, by the dispatcher (`serve --apply`) or by an agent on its host (`roomlb sync`).',
    attributes: {
      balancer: {
        type: 'string',
        presence: 'required',
        description: 'Id of a balancer of the topology, or its target where there is but one of it.',
      },
      ...ANSWER,
    },
  },
  read: async (config, api, { stopped }) => {
    const answer = await api.ask(`/v1/targets/${encodeURIComponent(config.balancer as string)}/plan`, {
      stopped,
    });
    const report = isRecord(answer) ? answer.plan : undefined;
    const pending = isRecord(report) && Array.isArray(report.changes) && report.changes.length > 0;
    return { ...config, ...answerValue(ANSWER, { plan: report, pending }) };
  },
};
