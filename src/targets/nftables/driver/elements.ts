/** Elements of a table, looked at as what they are to RoomLB. */
import type { PortRange } from '../../../topology/model.ts';
import { parsePorts } from '../../../topology/ports.ts';
import { cutSet, FAMILIES, flushSet, mediaMap, memberSet, signallingMap, type Family } from '../names.ts';
import type { Element, Table } from '../table.ts';

/** A VIP's ports that lead to a node. */
export interface Lead {
  readonly role: 'media' | 'signalling';
  readonly protocol: 'udp' | 'tcp';
  readonly family: Family;
  readonly vip: string;
  readonly ports: PortRange;
  /** Address of the node. */
  readonly to: string;
  readonly element: Element;
}

const LEADING = FAMILIES.flatMap((family) => [
  { name: mediaMap('udp', family), role: 'media' as const, protocol: 'udp' as const, family },
  { name: mediaMap('tcp', family), role: 'media' as const, protocol: 'tcp' as const, family },
  { name: signallingMap(family), role: 'signalling' as const, protocol: 'tcp' as const, family },
]);

/** A plan asks for the leads of the same two tables a dozen times, and tables never change. */
const known = new WeakMap<Table, ReadonlyMap<string, Lead>>();

/** All elements of the maps that packets are looked up in, by set and key. */
export function leadsOf(table: Table | null): ReadonlyMap<string, Lead> {
  if (!table) return new Map();
  const leads = known.get(table) ?? readLeads(table);
  known.set(table, leads);
  return leads;
}

function readLeads(table: Table): ReadonlyMap<string, Lead> {
  const leads = new Map<string, Lead>();
  for (const { name, ...kind } of LEADING) {
    for (const element of elementsIn(table, name)) {
      const [vip = '', ports = ''] = element.key.split(' . ');
      const to = element.value?.split(' . ', 1)[0] ?? '';
      leads.set(elementKey(name, element), { ...kind, vip, ports: parsePorts(ports), to, element });
    }
  }
  return leads;
}

export function elementsIn(table: Table | null, name: string): readonly Element[] {
  return table?.sets.find((set) => set.name === name)?.elements ?? [];
}

export function elementKey(set: string, { key }: Pick<Element, 'key'>): string {
  return `${set} ${key}`;
}

/** Of both families. */
export function memberElements(table: Table | null): readonly Element[] {
  return FAMILIES.flatMap((family) => elementsIn(table, memberSet(family)));
}

export function flushedVips(table: Table | null): Set<string> {
  return new Set(FAMILIES.flatMap((family) => elementsIn(table, flushSet(family)).map(({ key }) => key)));
}

export function cutElements(table: Table | null): readonly Element[] {
  return FAMILIES.flatMap((family) => elementsIn(table, cutSet(family)));
}

/** `public/sfu-1` of a comment: the VIP and the node. */
export function ownerOf({ comment }: Element): { vip: string; node: string } | null {
  const [vip, node] = comment?.split('/') ?? [];
  return vip === undefined || node === undefined ? null : { vip, node };
}
