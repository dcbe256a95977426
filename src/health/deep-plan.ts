/**
 * Everything that could be asked of a node: what is asked all the time, and what is not. Media ports at every
 * address of the node and by every transport of its VIP, and each port that the topology names, whatever `checks`
 * says. What `checks` says with options of its own (an HTTP path, a Janus port) is asked as it says, and nowhere
 * else. Pure.
 */
import {
  CHECK_DEFAULTS,
  DEFAULT_CHECKS,
  type Check,
  type CheckType,
  type HealthConfig,
} from '../topology/health/config.ts';
import { PROTOCOLS, type Node, type Topology } from '../topology/model.ts';
import { targetOf, type Endpoint } from './endpoint.ts';
import { planProbes } from './plan.ts';

const transports = [...PROTOCOLS];
const WIDE: readonly Check[] = [
  { ...CHECK_DEFAULTS.stun, transports },
  { ...CHECK_DEFAULTS['vip-stun'], transports },
  CHECK_DEFAULTS.heartbeat,
  CHECK_DEFAULTS.tcp,
];

/** Sorted as checks are. Endpoints that are probed all the time have the same ids here. */
export function planDeep(topology: Topology, node: Node): readonly Endpoint[] {
  const config: HealthConfig = { ...topology.health, checks: deepChecks(topology.health.checks) };
  const planned = node.addresses.flatMap((address) => {
    const alone = { ...topology, nodes: [{ ...node, addresses: [address] }] };
    return planProbes(alone, config).endpoints;
  });
  const byTarget = new Map<string, Endpoint>();
  for (const endpoint of planned) {
    const key = keyOf(endpoint);
    if (!byTarget.has(key)) byTarget.set(key, endpoint);
  }
  return [...byTarget.values()];
}

function deepChecks(checks: readonly Check[] | null): readonly Check[] {
  if (checks === null) return [...DEFAULT_CHECKS, ...WIDE];
  const has = (type: CheckType) => checks.some((check) => check.type === type);
  return [...checks, ...WIDE, ...(has('http') ? [] : [CHECK_DEFAULTS.http])];
}

/** The same check of the same port is one; HTTP requests differ in more than that. */
function keyOf(endpoint: Endpoint): string {
  const { id, check } = endpoint;
  return check === 'http' || check === 'janus' ? id : `${check} ${targetOf(endpoint) ?? ''}`;
}
