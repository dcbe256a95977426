/**
 * Flows that lead where their port no longer does, under the policy `flush`. The set of cuts in the table is
 * their book: a flow that is to be cut is entered in the very transaction that readdresses its port, and struck
 * out (or, while its node drains, marked as done) once conntrack has been told. So whoever comes after an
 * apply that was killed in between finds what is left to do. Keys are `udp . 203.0.113.10 . 40000 . 10.0.0.1`.
 */
import { compareText } from '../../../topology/compare.ts';
import { listPorts } from '../../../topology/ports.ts';
import { CUT_DONE, CUT_PENDING, cutSet, FAMILIES } from '../names.ts';
import type { Element, Table } from '../table.ts';
import { cutElements, flushedVips, leadsOf, type Lead } from './elements.ts';
import type { FlowsToCut } from './state.ts';

/** Keys of the flows that are to be cut on the way from one table to the other, sorted. */
export function keysToCut(from: Table | null, to: Table | null): string[] {
  const done = new Set(from ? keysWith(from, CUT_DONE) : []);
  const draining = keysWith(to, CUT_DONE).filter((key) => !done.has(key));
  const [old, now] = [leadsOf(from), leadsOf(to)];
  const gone = [...old].filter(([key, lead]) => now.get(key)?.to !== lead.to).map(([, lead]) => lead);
  const isFlushed = policies(from, to, now);
  const stale = gone.filter(({ role, vip }) => role === 'media' && isFlushed(vip)).flatMap(keysOf);
  const candidates = [...keysWith(from, CUT_PENDING), ...draining, ...stale];
  if (candidates.length === 0) return [];
  const led = new Set([...now.values()].filter(({ role }) => role === 'media').flatMap(keysOf));
  return [...new Set(candidates)].filter((key) => !led.has(key)).sort(compareText);
}

/** The table with these flows entered as pending. */
export function withPending(table: Table, keys: readonly string[]): Table {
  const pending = new Set(keys);
  const sets = table.sets.map((set) => {
    const family = FAMILIES.find((one) => cutSet(one) === set.name);
    if (family === undefined) return set;
    const mine = keys.filter((key) => familyOf(key) === family);
    const others = set.elements.filter(({ key }) => !pending.has(key));
    return { ...set, elements: [...others, ...mine.map(pendingElement)] };
  });
  return { ...table, sets };
}

export function flowsToCut(keys: readonly string[]): FlowsToCut[] {
  const flows = new Map<string, FlowsToCut & { ports: number[] }>();
  for (const key of keys) {
    const [protocol = '', vip = '', port = '', node = ''] = key.split(' . ');
    const group = `${protocol} ${vip} ${node}`;
    const of = flows.get(group) ?? { protocol, vip, node, ports: [] };
    of.ports.push(Number(port));
    flows.set(group, of);
  }
  return [...flows.values()].map((of) => ({ ...of, ports: of.ports.sort((a, b) => a - b) }));
}

/** What the new table says of a VIP goes before what the old one said; a VIP that is gone is as it was. */
export function policies(
  from: Table | null,
  to: Table | null,
  now: ReadonlyMap<string, Lead>,
): (vip: string) => boolean {
  const [before, after] = [flushedVips(from), flushedVips(to)];
  const known = new Set([...now.values()].map(({ vip }) => vip));
  return (vip) => after.has(vip) || (!known.has(vip) && before.has(vip));
}

function keysOf({ protocol, vip, ports, to }: Lead): string[] {
  return listPorts(ports).map((port) => `${protocol} . ${vip} . ${port} . ${to}`);
}

function keysWith(table: Table | null, comment: string): string[] {
  return cutElements(table)
    .filter((element) => element.comment === comment)
    .map(({ key }) => key);
}

function pendingElement(key: string): Element {
  return { key, comment: CUT_PENDING, value: null };
}

function familyOf(key: string): 4 | 6 {
  return key.includes(':') ? 6 : 4;
}
