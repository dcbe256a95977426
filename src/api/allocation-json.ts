import type { Allocation } from '../allocation/allocation.ts';

/** A serialiser of one's own sets no type. */
export const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * The same bytes as JSON.stringify of the allocation. The part that depends on the node alone, most of it,
 * is made once per node: at full load, serialising it would cost as much as placing the room.
 */
export function allocationJson(allocation: Allocation): string {
  const { room, decision, passedOver, revision, moved, degraded } = allocation;
  const passed = passedOver.length === 0 ? '[]' : JSON.stringify(passedOver);
  const end = `${moved ? `,"moved":${JSON.stringify(moved)}` : ''}${degraded ? ',"degraded":true' : ''}}`;
  return (
    `{"room":${JSON.stringify(room)},${nodePart(allocation)}` +
    `,"decision":"${decision}","passedOver":${passed},"revision":"${revision}"${end}`
  );
}

/** Every allocation on a node shares that snapshot's `node` object: it goes when the snapshot goes. */
const parts = new WeakMap<Allocation['node'], string>();

function nodePart({ node, vip, media, signalling }: Allocation): string {
  const known = parts.get(node);
  if (known !== undefined) return known;
  const part = JSON.stringify({ node, vip, media, signalling }).slice(1, -1);
  parts.set(node, part);
  return part;
}
