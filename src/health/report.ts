/** What is known of the health of all nodes, put together for people and scripts. Pure. */
import type { ClusterView } from '../cluster/view.ts';
import type { LiveReport } from '../nodes/live-report.ts';
import type { AdminState, Node, NodeKind } from '../topology/model.ts';
import type { Census } from './detector/panic.ts';
import type { NodeHealth, Transition } from './detector/records.ts';
import type { VipHealth } from './detector/vip-book.ts';

/** `active`: probes are sent. `passive`: only what nodes say of themselves counts. `off`: nothing does. */
export type Probing = 'active' | 'passive' | 'off';

export interface NodeReport extends Omit<NodeHealth, 'since' | 'history'> {
  readonly kind: NodeKind;
  readonly zone: string | null;
  /** As it holds now: `draining` also while a maintenance window is open. */
  readonly admin: AdminState;
  /** Ids of the open maintenance windows that name it. */
  readonly maintenance: readonly string[];
  /** Milliseconds since the epoch; null for a node that is not checked. */
  readonly since: number | null;
  /** What the node says of itself; null where it has never reported to this dispatcher. */
  readonly live: LiveReport | null;
}

export interface NodeReportWithHistory extends NodeReport {
  /** The newest last. */
  readonly history: readonly Transition[];
}

export interface HealthReport {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly revision: string;
  readonly probing: Probing;
  readonly panic: { readonly on: boolean; readonly threshold: number | null } & Readonly<Census>;
  /** Sorted by id: every node of the topology. */
  readonly nodes: readonly NodeReport[];
  readonly vips: readonly VipHealth[];
}

/** What is put together for one node. */
export interface Known {
  readonly health: NodeHealth | undefined;
  readonly live: LiveReport | undefined;
  readonly maintenance: readonly string[];
}

export function nodeReport(view: ClusterView, node: Node, { health, live, maintenance }: Known): NodeReport {
  return {
    node: node.id,
    kind: node.kind,
    zone: node.zone,
    admin: node.state,
    maintenance,
    state: health?.state ?? view.health.get(node.id) ?? 'unknown',
    since: health?.since ?? null,
    why: health?.why ?? '',
    measured: health?.measured ?? 'unknown',
    factor: health?.factor ?? 1,
    penalty: health?.penalty ?? 0,
    heldUntil: health?.heldUntil ?? null,
    checks: health?.checks ?? [],
    live: live ?? null,
  };
}
