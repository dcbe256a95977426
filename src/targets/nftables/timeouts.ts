/** Idle timeouts as conntrack timeout objects, one per protocol and distinct number of seconds. */
import type { Protocol } from '../../topology/model.ts';
import type { Coverage } from './coverage.ts';
import { timeoutName } from './names.ts';

/**
 * Seconds for a UDP flow that has not been answered, or is younger than two seconds: the kernel's own
 * (net/netfilter/nf_conntrack_proto_udp.c).
 */
const UNREPLIED = 30;

/** The object's name for a part of the VIP's ports. */
export function timeoutOf({ protocol, idleTimeout }: Coverage): string {
  return timeoutName(protocol, idleTimeout);
}

export function timeoutObjects(coverage: readonly Coverage[]): string[] {
  const objects = new Map(coverage.map((part) => [timeoutOf(part), part]));
  return [...objects].flatMap(([name, { protocol, idleTimeout }]) => [
    `  ct timeout ${name} {`,
    `    protocol ${protocol}`,
    `    policy = { ${policy(protocol, idleTimeout)} }`,
    '  }',
  ]);
}

function policy(protocol: Protocol, seconds: number): string {
  return protocol === 'udp'
    ? `unreplied : ${Math.min(UNREPLIED, seconds)}, replied : ${seconds}`
    : `established : ${seconds}`;
}
