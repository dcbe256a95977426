/** Who takes new connections of which service, as a table says it. */
import type { PoolChange } from '../../driver.ts';
import { poolDifferences, type Pool } from '../../driving/changes.ts';
import { ownerComment } from '../names.ts';
import type { Table } from '../table.ts';
import { leadsOf, memberElements, ownerOf } from './elements.ts';

/** Services by the ids that they have in an intent. */
export function poolChanges(from: Table | null, to: Table | null): PoolChange[] {
  const [before, after] = [poolsOf(from), poolsOf(to)];
  return poolDifferences(
    new Map([...before, ...drained(from, after, before)]),
    new Map([...after, ...drained(to, before, after)]),
  );
}

/**
 * Pools that one table has and the other lacks, although the node is a member of its VIP there, too: it takes
 * nothing new.
 */
function drained(
  table: Table | null,
  others: ReadonlyMap<string, Pool>,
  own: ReadonlyMap<string, Pool>,
): Map<string, Pool> {
  const members = new Set(memberElements(table).map(({ comment }) => comment));
  return new Map(
    [...others]
      .filter(([id]) => !own.has(id))
      .map(([id, { shared, members: list }]) => {
        const vip = id.slice(0, id.indexOf('/'));
        const still = list.filter(({ node }) => members.has(ownerComment(vip, node)));
        return [id, { shared, members: still.map(({ node }) => ({ node, usable: false })) }];
      }),
  );
}

function poolsOf(table: Table | null): Map<string, Pool> {
  return new Map([...singles(table), ...shared(table)]);
}

/** Services that lead to one member. */
export function singles(table: Table | null): Map<string, Pool> {
  const pools = new Map<string, Pool>();
  for (const { role, protocol, element } of leadsOf(table).values()) {
    const owner = ownerOf(element);
    if (!owner) continue;
    const { vip, node } = owner;
    const id = role === 'media' ? `${vip}/media/${node}/${protocol}` : `${vip}/signalling/${node}`;
    pools.set(id, { shared: false, members: [{ node, usable: true }] });
  }
  return pools;
}

/** The rule that deals out connections has slots with addresses; whose they are, the set of members says. */
function shared(table: Table | null): Map<string, Pool> {
  const pools = new Map<string, Pool>();
  const owners = memberElements(table).flatMap((element) => {
    const owner = ownerOf(element);
    return owner ? [{ ...owner, to: element.key }] : [];
  });
  const drawn = slotsByService(table);
  for (const [service, slots] of drawn) {
    const vip = service.slice(0, service.indexOf('/'));
    const members = new Map<string, boolean>();
    for (const { node, to } of owners.filter((owner) => owner.vip === vip)) {
      members.set(node, slots.has(to) || members.get(node) === true);
    }
    pools.set(service, { shared: true, members: [...members].map(([node, usable]) => ({ node, usable })) });
  }
  return pools;
}

/** Addresses and ports that connections are dealt out to, by the service's id, which is the rule's comment. */
function slotsByService(table: Table | null): Map<string, Set<string>> {
  const slots = new Map<string, Set<string>>();
  const rules = table?.chains.find(({ name }) => name === 'services')?.rules ?? [];
  for (const rule of rules) {
    const [, entries, service] = / map \{ (.*) \} comment "(.*)"$/.exec(rule) ?? [];
    if (entries === undefined || service === undefined) continue;
    const of = slots.get(service) ?? new Set();
    for (const entry of entries.split(', ')) of.add(entry.slice(entry.indexOf(' : ') + 3));
    slots.set(service, of);
  }
  return slots;
}
