import type { EntityDiff, FieldChange, TopologyDiff } from '../topology/diff.ts';

/** The differences of two topologies as lines for people: `+` added, `-` removed, `~` changed. */
export function describeChanges(diff: TopologyDiff): string {
  return [
    ...diff.cluster.map(field('')),
    ...diff.placement.map(field('placement.')),
    ...entities('vip', diff.vips),
    ...entities('node', diff.nodes),
    ...diff.health.map(field('health.')),
    ...diff.bgp.map(field('bgp.')),
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

function field(prefix: string): (change: FieldChange) => string {
  return ({ path, from, to }) => `~ ${prefix}${path}: ${show(from)} → ${show(to)}`;
}

function show(value: unknown): string {
  return value === undefined ? '(none)' : JSON.stringify(value);
}
