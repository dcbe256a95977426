import type { TopologyChange, TopologyChangedEvent } from '../events/events.ts';
import { diffTopologies, type EntityDiff, type FieldChange } from '../topology/diff.ts';
import type { Topology } from '../topology/model.ts';
import { topologyRevision } from '../topology/revision.ts';

/** Changes that one event tells of. */
const MAX_CHANGES = 100;

/**
 * The event that tells of another topology; undefined where it declares the same. Pure.
 *
 * @param at milliseconds since the epoch
 */
export function topologyChanged(
  before: Topology,
  after: Topology,
  at: number,
): TopologyChangedEvent | undefined {
  const from = topologyRevision(before);
  const to = topologyRevision(after);
  if (from === to) return undefined;
  const changes = changesOf(before, after);
  const more = Math.max(0, changes.length - MAX_CHANGES);
  return { type: 'topology.changed', at, from, to, changes: changes.slice(0, MAX_CHANGES), more };
}

function changesOf(before: Topology, after: Topology): TopologyChange[] {
  const diff = diffTopologies(before, after);
  return [
    ...inEntities('node', diff.nodes),
    ...inEntities('vip', diff.vips),
    ...inEntities('balancer', diff.balancers),
    ...inEntities('pin', diff.pins),
    ...inEntities('maintenance', diff.maintenance),
    ...inFields('cluster', diff.cluster),
    ...inFields('placement', diff.placement),
    ...inFields('health', diff.health),
    ...inFields('bgp', diff.bgp),
  ];
}

function inEntities(
  part: TopologyChange['part'],
  { added, removed, changed }: EntityDiff<{ readonly id: string }>,
): TopologyChange[] {
  return [
    ...added.map(({ id }) => ({ what: 'added' as const, part, id, fields: [] })),
    ...removed.map(({ id }) => ({ what: 'removed' as const, part, id, fields: [] })),
    ...changed.map(({ id, fields }) => ({ what: 'changed' as const, part, id, fields: pathsOf(fields) })),
  ];
}

function inFields(part: TopologyChange['part'], fields: readonly FieldChange[]): TopologyChange[] {
  return fields.length === 0 ? [] : [{ what: 'changed', part, id: null, fields: pathsOf(fields) }];
}

function pathsOf(fields: readonly FieldChange[]): string[] {
  return fields.map(({ path }) => path);
}
