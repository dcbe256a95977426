import type { Node, Vip } from './model.ts';

/**
 * The VIP port that belongs to one node where the VIP sets `signalling.ports`, or null.
 *
 * A node whose own signalling port lies in the range keeps it (nothing is translated, so it works in
 * every forwarding mode). Otherwise, which only NAT can carry, the port has the same offset in the range
 * as the node's first media port has in the VIP's media range: unique because media ports are, and it
 * does not change when other nodes come or go. Null as well where that falls outside the range, which
 * validation reports.
 */
export function nodeSignallingPort(vip: Vip, node: Node): number | null {
  const range = vip.signalling?.ports;
  if (!range || node.signallingPort === null) return null;
  const own = node.signallingPort;
  if (range.first <= own && own <= range.last) return own;
  if (!vip.media || !node.mediaPorts) return null;
  const derived = range.first + (node.mediaPorts.first - vip.media.ports.first);
  return derived <= range.last ? derived : null;
}
