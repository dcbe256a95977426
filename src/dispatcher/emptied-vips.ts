import type { Topology } from '../topology/model.ts';

/**
 * Ids of VIPs that had a node which is not disabled, and have none any more; sorted as the VIPs are. Draining nodes and
 * those of weight 0 count as nodes that are left: their rooms go on, and nothing is cut. A VIP that is gone is not
 * empty. Pure.
 */
export function emptiedVips(before: Topology, after: Topology): string[] {
  const had = inService(before);
  const has = inService(after);
  return after.vips.map(({ id }) => id).filter((id) => had.has(id) && !has.has(id));
}

function inService({ nodes }: Topology): ReadonlySet<string> {
  return new Set(nodes.filter(({ state }) => state !== 'disabled').map(({ vip }) => vip));
}
