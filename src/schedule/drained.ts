import type { Node, Topology } from '../topology/model.ts';
import { inScope } from '../topology/maintenance/window.ts';
import type { OpenWindow } from './windows.ts';

/** Why a node is drained, and until when: milliseconds since the epoch. */
export interface Drained {
  /** Ids of the open windows that name it, in their order. */
  readonly windows: readonly string[];
  /** When the last of them closes, as far as is known now. */
  readonly until: number;
}

/** The nodes that open windows drain, by id. */
export function drainedNodes(open: readonly OpenWindow[], nodes: readonly Node[]): Map<string, Drained> {
  const drained = new Map<string, Drained>();
  for (const { window, until } of open) {
    for (const node of nodes) {
      if (!inScope(window.scope, node)) continue;
      const before = drained.get(node.id) ?? { windows: [], until };
      drained.set(node.id, { windows: [...before.windows, window.id], until: Math.max(before.until, until) });
    }
  }
  return drained;
}

/**
 * The topology as it holds while these windows are open: active nodes in them are draining. Nothing is to be
 * undone when a window closes, since what was declared is not changed; a node that the operator drained or
 * disabled stays so, during and after.
 */
export function withMaintenance(topology: Topology, open: readonly OpenWindow[]): Topology {
  if (open.length === 0) return topology;
  const drained = drainedNodes(open, topology.nodes);
  return {
    ...topology,
    nodes: topology.nodes.map((node) =>
      node.state === 'active' && drained.has(node.id) ? { ...node, state: 'draining' } : node,
    ),
  };
}
