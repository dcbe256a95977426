/** The table that an intent wants. */
import type { VirtualService } from '../../intent/model.ts';
import type { Rule } from '../target.ts';
import { coverageOf, masqueradeRules, timeoutRules } from './coverage.ts';
import { buildMaps } from './maps.ts';
import { cutSet, FAMILIES, ipKeyword, mediaMap, signallingMap, tableComment } from './names.ts';
import { poolRules } from './pool.ts';
import type { Chain, Table } from './table.ts';
import { timeoutObjects, timeoutOf } from './timeouts.ts';

/** @param services those that nftables carries */
export function buildTable(
  cluster: string,
  services: readonly VirtualService[],
): { table: Table; rules: Rule[] } {
  const coverage = coverageOf(services);
  const { sets, rules } = buildMaps(services);
  const pools = poolRules(services);
  const table: Table = {
    comment: tableComment(cluster),
    timeouts: timeoutObjects(coverage),
    sets,
    chains: [
      { name: 'services', base: null, rules: [...lookups(), ...pools.map(({ text }) => text)] },
      { name: 'timeouts', base: null, rules: timeoutRules(coverage, timeoutOf) },
      ...HOOKS,
      { name: 'postrouting', base: base('nat', 'postrouting', 100), rules: masqueradeRules(coverage) },
    ],
    others: [],
  };
  return { table, rules: [...rules, ...pools] };
}

/** For those who load it by hand: nobody has cut any flow for them. */
export function withoutCuts(table: Table): Table {
  const names = FAMILIES.map(cutSet);
  return {
    ...table,
    sets: table.sets.map((set) => (names.includes(set.name) ? { ...set, elements: [] } : set)),
  };
}

/** The same for packets that arrive and for those that this host sends itself. */
const HOOKS: readonly Chain[] = [
  // Timeouts are set on new connections, after conntrack (-200) and before translation (-100).
  { name: 'timeouts_prerouting', base: base('filter', 'prerouting', -150), rules: ['jump timeouts'] },
  { name: 'timeouts_output', base: base('filter', 'output', -150), rules: ['jump timeouts'] },
  { name: 'prerouting', base: base('nat', 'prerouting', -100), rules: ['jump services'] },
  { name: 'output', base: base('nat', 'output', -100), rules: ['jump services'] },
];

/** A packet whose address and port are not in a map falls through to the next rule. */
function lookups(): string[] {
  return FAMILIES.flatMap((family) => {
    const ip = ipKeyword(family);
    const rule = (protocol: string, map: string) =>
      `dnat ${ip} to ${ip} daddr . ${protocol} dport map @${map}`;
    return [
      rule('udp', mediaMap('udp', family)),
      rule('tcp', mediaMap('tcp', family)),
      rule('tcp', signallingMap(family)),
    ];
  });
}

/** Priorities are numbers, as nft gives them back in JSON: dstnat is -100, srcnat 100, mangle -150. */
function base(type: string, hook: string, priority: number): string {
  return `type ${type} hook ${hook} priority ${priority}; policy accept;`;
}
