import type { EntityDiff, FieldChange, TopologyDiff } from '../topology/diff.ts';
import { quote } from '../topology/quote.ts';

/** The differences of two topologies as lines for people: `+` added, `-` removed, `~` changed. */
export function describeChanges(diff: TopologyDiff): string {
  return [
    ...diff.cluster.map(field('')),
    ...diff.placement.map(field('placement.')),
    ...entities('vip', diff.vips),
    ...entities('node', diff.nodes),
    ...diff.health.map(field('health.')),
    ...diff.bgp.map(field('bgp.')),
    ...entities('pin', quoted(diff.pins)),
    ...entities('maintenance', diff.maintenance),
    ...entities('balancer', diff.balancers),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function entities(word: string, { added, removed, changed }: EntityDiff<{ readonly id: string }>): string[] {
  return [
    ...added.map(({ id }) => `+ ${word} ${id}`),
    ...removed.map(({ id }) => `- ${word} ${id}`),
    ...changed.flatMap(({ id, fields }) => fields.map(field(`${word} ${id}: `))),
  ];
}

/** Names of rooms are data, with spaces and all. */
function quoted<T extends { readonly id: string }>({
  added,
  removed,
  changed,
}: EntityDiff<T>): EntityDiff<T> {
  const all = <E extends { readonly id: string }>(list: readonly E[]) =>
    list.map((one) => ({ ...one, id: quote(one.id) }));
  return { added: all(added), removed: all(removed), changed: all(changed) };
}

function field(prefix: string): (change: FieldChange) => string {
  return ({ path, from, to }) => `~ ${prefix}${path}: ${show(from)} → ${show(to)}`;
}

function show(value: unknown): string {
  return value === undefined ? '(none)' : JSON.stringify(value);
}
