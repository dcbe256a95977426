import type { Node, Vip } from './model.ts';

/** A node that names no signalling port listens where its VIP does, null where that has no shared port. */
export function inheritPort(node: Node, vips: ReadonlyMap<string, Vip>): Node {
  if (!node.inheritsSignallingPort) return node;
  return { ...node, signallingPort: vips.get(node.vip)?.signalling?.port ?? null };
}
