/**
 * Drives nftables: one table, read as JSON and changed by transactions that the kernel takes whole or not at
 * all. Flows are cut by conntrack(8). Written for nft 1.0.6 and conntrack 1.4.7, as Debian 12 has them.
 */
import { ofTarget, type Balancer } from '../../balancer.ts';
import { DriverError, type Driver } from '../../driver.ts';
import { runCommand, whatWasSaid } from '../../driving/command.ts';
import { inTurn } from '../../driving/in-turn.ts';
import { buildTable } from '../build.ts';
import { carries } from '../findings.ts';
import { tableComment, tableName } from '../names.ts';
import { cutFlows } from './conntrack.ts';
import { parseTable } from './parse.ts';
import { planChanges } from './plan.ts';
import type { NftablesAction, NftablesState } from './state.ts';

export function nftablesDriver(balancer: Balancer, cluster: string): Driver<NftablesState, NftablesAction> {
  const { nft, conntrack, namespace } = ofTarget(balancer, 'nftables');
  const name = tableName(cluster);
  const list = async (options: readonly string[]): Promise<string | null> => {
    const result = await runCommand(nft, [...options, 'list', 'table', 'inet', name], {
      namespace,
      maxOutput: MAX_LISTING,
    });
    if (result.code === 0) return result.stdout;
    if (result.stderr.includes('No such file or directory') && !result.stderr.includes('namespace'))
      return null;
    throw new DriverError('unreachable', `nft cannot list table inet ${name}: ${whatWasSaid(result)}`);
  };
  return {
    target: 'nftables',
    where: `table inet ${name}${namespace === null ? '' : ` in namespace ${namespace}`}`,
    stateVersion: 1,

    async read() {
      const mark = tableComment(cluster);
      const [json, listing] = await Promise.all([list(['-j']), list(['-t'])]);
      if (json === null || listing === null) return { mark, table: null };
      return { mark, table: parseTable(json, listing) };
    },

    desired(intent) {
      const services = intent.services.filter(carries);
      const table = services.length === 0 ? null : buildTable(intent.cluster, services).table;
      return { mark: tableComment(intent.cluster), table };
    },

    plan: (actual, desired) => planChanges(name, actual, desired),

    async apply(plan, run) {
      for (const { index, action } of inTurn(plan.steps, run)) {
        if (action.do === 'cut') {
          for (const flows of action.flows) await cutFlows(flows, { program: conntrack, namespace });
        } else {
          const result = await runCommand(nft, ['-f', '-'], { namespace, input: action.script });
          if (result.code !== 0) {
            const kind = index === 0 ? 'refused' : 'failed';
            throw new DriverError(kind, `nft -f took nothing of it: ${whatWasSaid(result)}`);
          }
        }
      }
    },
  };
}

/** Some 150 bytes an element: enough for more elements than a table of 10,000 nodes has. */
const MAX_LISTING = 256 * 1024 * 1024;
