/** From state to state: one transaction, and where flows are cut, conntrack and a second one that says so. */
import type { Change, Disruption, Plan, Step } from '../../driver.ts';
import { lineDifferences } from '../../driving/changes.ts';
import { formatElement, type Table } from '../table.ts';
import { flowsToCut, keysToCut, policies, withPending } from './cuts.ts';
import { elementKey, leadsOf, ownerOf, type Lead } from './elements.ts';
import { poolChanges, singles } from './pools.ts';
import { scriptBetween } from './script.ts';
import type { FlowsToCut, NftablesAction, NftablesState } from './state.ts';
import { formatRanges } from './ranges.ts';

export function planChanges(
  name: string,
  actual: NftablesState,
  desired: NftablesState,
): Plan<NftablesAction> {
  const isForeign = actual.table !== null && actual.table.comment !== actual.mark;
  // Whoever made it: where nothing is wanted, it is in nobody's way.
  const from = isForeign && desired.table === null ? null : actual.table;
  const to = desired.table;
  return {
    changes: changesBetween(from, to),
    steps: stepsBetween(name, from, to),
    pools: poolChanges(from, to),
    singlePools: singles(from).size,
    foreign: isForeign && to !== null ? [foreignTable(name, actual)] : [],
    notes: [],
  };
}

function stepsBetween(name: string, from: Table | null, to: Table | null): Step<NftablesAction>[] {
  const keys = keysToCut(from, to);
  if (keys.length === 0) return load(name, from, to);
  // Where the table goes, its book of cuts stays until they are made.
  const between = withPending(to ?? emptied(from), keys);
  return [...load(name, from, between), ...flowsToCut(keys).map(cutStep), ...load(name, between, to)];
}

function load(name: string, from: Table | null, to: Table | null): Step<NftablesAction>[] {
  const lines = scriptBetween(name, from, to);
  if (lines.length === 0) return [];
  return [{ text: summary(name, from, to, lines), action: { do: 'load', script: `${lines.join('\n')}\n` } }];
}

/** All of it where it is short; a table's worth is told by its first line. */
const SHOWN = 12;
const SHOWN_LENGTH = 400;

function summary(name: string, from: Table | null, to: Table | null, lines: readonly string[]): string {
  if (lines[0] === `table inet ${name} {}` && to !== null) {
    return `nft -f: ${from === null ? 'make' : 'replace'} table inet ${name}, in one transaction`;
  }
  const shown = lines
    .slice(0, SHOWN)
    .map((line) => (line.length > SHOWN_LENGTH ? `${line.slice(0, SHOWN_LENGTH)}…` : line));
  const more = lines.length > SHOWN ? `; and ${lines.length - SHOWN} more` : '';
  return `nft -f: ${shown.join('; ')}${more}`;
}

function cutStep(flows: FlowsToCut): Step<NftablesAction> {
  const { protocol, vip, node, ports } = flows;
  const family = vip.includes(':') ? 6 : 4;
  const what = `-f ipv${family} -p ${protocol} --orig-dst ${vip} --orig-port-dst ${formatRanges(ports)}`;
  return { text: `conntrack -D ${what} --reply-src ${node}`, action: { do: 'cut', flows: [flows] } };
}

function emptied(table: Table | null): Table {
  const { comment = null, timeouts = [], sets = [], chains = [], others = [] } = table ?? {};
  return { comment, timeouts, chains, others, sets: sets.map((set) => ({ ...set, elements: [] })) };
}

function changesBetween(from: Table | null, to: Table | null): Change[] {
  const [old, now] = [leadsOf(from), leadsOf(to)];
  const isFlushed = policies(from, to, now);
  return lineDifferences(textsOf(from), textsOf(to)).map((difference): Change => {
    const [before, after] = [old.get(difference.key), now.get(difference.key)];
    const lead = after ?? before;
    return {
      ...difference,
      node: (lead && ownerOf(lead.element)?.node) ?? null,
      disrupts: before === undefined ? null : disruption(before, after, isFlushed(before.vip)),
    };
  });
}

/** Where a port leads elsewhere or nowhere. How many flows there are, only a walk through conntrack would tell. */
function disruption(before: Lead, after: Lead | undefined, isFlushed: boolean): Disruption | null {
  if (before.to === after?.to) return null;
  const who = ownerOf(before.element)?.node ?? before.to;
  const flows = `${before.protocol === 'udp' ? 'flows' : 'connections'} to ${who}`;
  const cut = isFlushed && before.role === 'media';
  const then = after ? `new ones go to ${after.to}` : 'new ones are not forwarded';
  const what = cut ? `${flows} are cut; ${then}` : `${flows} that are there go on; ${then}`;
  return { what, connections: null };
}

/** By key: elements one by one, chains by their rules, all else by what it is. */
function textsOf(table: Table | null): Map<string, string[]> {
  const texts = new Map<string, string[]>();
  if (!table) return texts;
  texts.set('table', [table.comment === null ? 'without a comment' : `comment "${table.comment}"`]);
  for (const { name, lines } of table.timeouts) texts.set(`ct timeout ${name}`, [lines.join(' ')]);
  for (const { kind, name, header, elements } of table.sets) {
    texts.set(`${kind} ${name}`, [`${kind} ${name}`, ...header]);
    for (const element of elements) {
      texts.set(elementKey(name, element), [`${name} { ${formatElement(element)} }`]);
    }
  }
  for (const { name, base, rules } of table.chains) {
    texts.set(`chain ${name}`, [`chain ${name}`, ...(base === null ? [] : [base]), ...rules]);
  }
  for (const other of table.others) texts.set(`other ${other}`, [other]);
  return texts;
}

function foreignTable(name: string, { table, mark }: NftablesState): string {
  const said = table?.comment == null ? 'has no comment' : `says "${table.comment}"`;
  return `table inet ${name} is not this cluster's: it ${said}, where RoomLB's own says "${mark}"`;
}
