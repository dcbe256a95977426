/**
 * nftables: a table of its own for `nft -f`, which translates destination addresses. Written for nft 1.0.6
 * as in nft(8); the kernel's side of concatenated interval maps came with Linux 5.6.
 */
import type { Intent } from '../../intent/model.ts';
import { header } from '../header.ts';
import type { Rendering, Target } from '../target.ts';
import { coverageOf, masqueradeRules, timeoutRules } from './coverage.ts';
import { flushCommands } from './drain.ts';
import { carries, findingsOf } from './findings.ts';
import { FAMILIES, ipKeyword, mediaMap, signallingMap, tableName } from './names.ts';
import { renderMaps } from './maps.ts';
import { renderPools } from './pool.ts';
import { timeoutObjects, timeoutOf } from './timeouts.ts';

export const nftables: Target = {
  name: 'nftables',
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
  render,
};

function render(intent: Intent): Rendering {
  const findings = findingsOf(intent);
  const services = intent.services.filter(carries);
  if (services.length === 0 && intent.services.length > 0) return { files: [], rules: [], findings };

  const table = tableName(intent.cluster);
  const coverage = coverageOf(services);
  const maps = renderMaps(services);
  const pools = renderPools(services);
  const purpose = [
    `Load it with: nft -f FILE. It replaces table inet ${table} in one step, and touches no other table.`,
  ];
  const flush = flushCommands(services);
  const lines = [
    ...header('nftables', intent, purpose, findings),
    ...(flush.length === 0 ? [] : ['#', '# Flows of draining nodes, to be cut after loading:']),
    ...flush.map((command) => `# ${command}`),
    '',
    // Declared first, since deleting a table that is not there fails.
    `table inet ${table} {}`,
    `delete table inet ${table}`,
    '',
    `table inet ${table} {`,
    `  comment "roomlb revision ${intent.revision}"`,
    ...timeoutObjects(coverage),
    ...maps.lines,
    ...chain('services', [...lookups(), ...pools.lines]),
    ...chain('timeouts', timeoutRules(coverage, timeoutOf)),
    ...HOOKS,
    ...chain('postrouting', [base('nat', 'postrouting', 'srcnat'), ...masqueradeRules(coverage)]),
    '}',
    '',
  ];
  return {
    files: [{ path: 'nftables.nft', content: lines.join('\n') }],
    rules: [...maps.rules, ...pools.rules],
    findings,
  };
}

/** The same for packets that arrive and for those that this host sends itself. */
const HOOKS: readonly string[] = [
  // Timeouts are set on new connections, after conntrack (-200) and before translation (-100).
  ...chain('timeouts_prerouting', [base('filter', 'prerouting', '-150'), '    jump timeouts']),
  ...chain('timeouts_output', [base('filter', 'output', '-150'), '    jump timeouts']),
  ...chain('prerouting', [base('nat', 'prerouting', 'dstnat'), '    jump services']),
  // The keyword dstnat is for prerouting alone; this is its number.
  ...chain('output', [base('nat', 'output', '-100'), '    jump services']),
];

/** A packet whose address and port are not in a map falls through to the next rule. */
function lookups(): string[] {
  return FAMILIES.flatMap((family) => {
    const ip = ipKeyword(family);
    const rule = (protocol: string, map: string) =>
      `    dnat ${ip} to ${ip} daddr . ${protocol} dport map @${map}`;
    return [
      rule('udp', mediaMap('udp', family)),
      rule('tcp', mediaMap('tcp', family)),
      rule('tcp', signallingMap(family)),
    ];
  });
}

function base(type: string, hook: string, priority: string): string {
  return `    type ${type} hook ${hook} priority ${priority}; policy accept;`;
}

function chain(name: string, lines: readonly string[]): string[] {
  return [`  chain ${name} {`, ...lines, '  }'];
}
