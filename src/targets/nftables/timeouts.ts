/** Idle timeouts as conntrack timeout objects, one per protocol and distinct number of seconds. */
import type { Protocol } from '../../topology/model.ts';
import type { Coverage } from './coverage.ts';
import { timeoutName } from './names.ts';
import type { TimeoutObject } from './table.ts';

/**
 * Seconds for a UDP flow that has not been answered, or is younger than two seconds: the kernel's own
 * (net/netfilter/nf_conntrack_proto_udp.c).
 */
const UNREPLIED = 30;

/** The object's name for a part of the VIP's ports. */
export function timeoutOf({ protocol, idleTimeout }: Coverage): string {
  return timeoutName(protocol, idleTimeout);
}

export function timeoutObjects(coverage: readonly Coverage[]): TimeoutObject[] {
  const objects = new Map(coverage.map((part) => [timeoutOf(part), part]));
  return [...objects.values()].map(({ protocol, idleTimeout }) => timeoutObject(protocol, idleTimeout));
}

/** @param seconds that a flow may idle */
export function timeoutObject(protocol: Protocol, seconds: number): TimeoutObject {
  const policy = Object.entries(timeoutPolicy(protocol, seconds));
  const states = policy.map(([state, limit]) => `${state} : ${limit}`).join(', ');
  return {
    name: timeoutName(protocol, seconds),
    lines: [`protocol ${protocol};`, `policy = { ${states} };`],
  };
}

/** Seconds by the state of a flow. */
export function timeoutPolicy(protocol: Protocol, seconds: number): Record<string, number> {
  return protocol === 'udp'
    ? { unreplied: Math.min(UNREPLIED, seconds), replied: seconds }
    : { established: seconds };
}
