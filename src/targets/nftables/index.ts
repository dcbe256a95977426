/**
 * nftables: a table of its own for `nft -f`, which translates destination addresses. Written for nft 1.0.6
 * as in nft(8); the kernel's side of concatenated interval maps came with Linux 5.6.
 */
import type { Intent } from '../../intent/model.ts';
import { header } from '../header.ts';
import { guide } from './guide.ts';
import type { Rendering, Target } from '../target.ts';
import { buildTable, withoutCuts } from './build.ts';
import { flushCommands } from './drain.ts';
import { nftablesDriver } from './driver/driver.ts';
import { carries, findingsOf } from './findings.ts';
import { tableName } from './names.ts';
import { needsOf } from './host.ts';
import { readBack } from './read-back.ts';
import { replaceTable } from './table.ts';

export const nftables: Target = {
  name: 'nftables',
  kind: 'linux',
  title: 'nftables: destination NAT by maps, in a table of its own',
  capabilities: {
    udp: 'destination NAT, one map element per node and address',
    tcp: 'destination NAT',
    forwarding: ['nat'],
    ipv6: true,
    naming: ['ports'],
    health: 'none of its own',
    drain: 'left out of the map; flows go on in conntrack, or are deleted there by command',
    versions: 'nft 1.0.6, Linux 5.6 and later',
  },
  guide,
  render,
  readBack,
  driver: nftablesDriver,
  hostNeeds: needsOf,
};

function render(intent: Intent): Rendering {
  const findings = findingsOf(intent);
  const services = intent.services.filter(carries);
  if (services.length === 0 && intent.services.length > 0) return { files: [], rules: [], findings };

  const name = tableName(intent.cluster);
  const { table, rules } = buildTable(intent.cluster, services);
  const purpose = [
    `Load it with: nft -f FILE. It replaces table inet ${name} in one step, and touches no other table.`,
  ];
  const flush = flushCommands(services);
  const lines = [
    ...header('nftables', intent, purpose, findings),
    ...(flush.length === 0 ? [] : ['#', '# Flows of draining nodes, to be cut after loading:']),
    ...flush.map((command) => `# ${command}`),
    '',
    ...replaceTable(name, withoutCuts(table)),
    '',
  ];
  return { files: [{ path: 'nftables.nft', content: lines.join('\n') }], rules, findings };
}
