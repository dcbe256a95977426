import { Health } from '../../../api/health-schemas.ts';
import { dispatcherClient } from '../../dispatcher-client.ts';
import { failed, ok, skipped, warning, type Check } from '../check.ts';

/** Names that a message lists. */
const NAMED = 10;

export const nodes: Check = {
  name: 'nodes',
  async run({ dispatcher: url, access }) {
    const report = await dispatcherClient(url, access)
      .request('GET', '/v1/health', Health)
      .catch((cause: unknown) => (cause instanceof Error ? cause.message : String(cause)));
    if (typeof report === 'string') return [skipped(`only a dispatcher knows them: ${report}`)];
    const judged = report.nodes.filter(({ admin }) => admin !== 'disabled');
    const notUp = judged.filter(({ state }) => state !== 'up');
    if (judged.length === 0)
      return [warning('there are none that are not disabled', 'add nodes: to the topology')];
    if (notUp.length === 0) return [ok(`all ${judged.length} are up`)];
    const names = notUp
      .slice(0, NAMED)
      .map(({ node, state }) => `${node} ${state}`)
      .join(', ');
    const more = notUp.length > NAMED ? ', …' : '';
    return [
      failed(
        `${notUp.length} of ${judged.length} are not up: ${names}${more}`,
        'roomlb health says why, and what to look at',
      ),
    ];
  },
};
