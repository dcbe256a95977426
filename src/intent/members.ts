import type { ClusterView } from '../cluster/view.ts';
import { compareText } from '../topology/compare.ts';
import type { IpAddress, Node, PortRange } from '../topology/model.ts';
import { healthWish, type HealthWish } from './by-health.ts';
import type { Member, Monitor } from './model.ts';

/** A node that may be a member of its VIP's services. */
export interface Candidate {
  readonly node: Node;
  readonly addresses: readonly IpAddress[];
  readonly monitor: Monitor | null;
  /** What health makes of it in a shared service. */
  readonly wish: HealthWish;
}

/** The path that media nodes answer 200 on while they are well. */
const HEALTH_PATH = '/health';

/** Nodes that are not disabled, by VIP, sorted by id. */
export function membersBehind(view: ClusterView): Map<string, Candidate[]> {
  const behind = new Map<string, Candidate[]>();
  const nodes = [...view.topology.nodes].sort((a, b) => compareText(a.id, b.id));
  for (const node of nodes) {
    if (node.state === 'disabled') continue;
    const list = behind.get(node.vip) ?? [];
    list.push(candidate(node, healthWish(view, node)));
    behind.set(node.vip, list);
  }
  return behind;
}

function candidate(node: Node, wish: HealthWish): Candidate {
  return {
    node,
    addresses: [...node.addresses].sort((a, b) => a.family - b.family),
    monitor: monitorOf(node),
    wish,
  };
}

function monitorOf(node: Node): Monitor | null {
  if (node.healthPort !== null) return { kind: 'http', port: node.healthPort, path: HEALTH_PATH };
  return node.signallingPort === null ? null : { kind: 'tcp', port: node.signallingPort };
}

export function toMember(candidate: Candidate, ports: PortRange, weight: number): Member {
  const { node, addresses, monitor } = candidate;
  return { node: node.id, addresses, ports, weight, state: node.state, monitor, stunPort: node.stunPort };
}
