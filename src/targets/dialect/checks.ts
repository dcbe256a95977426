/** What devices ask of members. Only shared pools are checked: see `checksOf`. */
import type { Member, VirtualService } from '../../intent/model.ts';
import { finding } from '../findings.ts';
import type { Finding } from '../target.ts';

export type Check =
  | { readonly kind: 'http'; readonly port: number; readonly path: string }
  | { readonly kind: 'tcp'; readonly port: number }
  /** Send STUN_REQUEST to the UDP port, expect STUN_ANSWER. */
  | { readonly kind: 'stun'; readonly port: number };

/** How often, how long, how many times in a row: seconds and counts, as for HAProxy and keepalived. */
export const CHECK_INTERVAL = 5;
export const CHECK_TIMEOUT = 2;
export const CHECK_FALL = 3;
export const CHECK_RISE = 2;

/**
 * The checks of a member, all of which must pass. STUN beside HTTP is no repetition: the node answers both
 * under the same condition, so that it tells of UDP being blocked on the way.
 *
 * For services of a single member there is nobody to fail over to, a check could only refuse what might
 * have worked, and rooms are moved by the dispatcher's own health checks. So these are not checked.
 */
export function checksOf({ monitor, stunPort }: Member): Check[] {
  return [
    ...(monitor ? [monitor] : []),
    ...(stunPort === null ? [] : [{ kind: 'stun' as const, port: stunPort }]),
  ];
}

/** The checks of a member where each is checked by itself: its own, else a connection to its port. */
export function memberChecks(member: Member): Check[] {
  const own = checksOf(member);
  return own.length > 0 ? own : [{ kind: 'tcp', port: member.ports.first }];
}

export function checkKey(check: Check): string {
  return `${check.kind}-${check.port}`;
}

/** Every check of the shared pools, once, sorted by kind and port. Only the intent's one path is asked for. */
export function distinctChecks(
  services: readonly VirtualService[],
  pick: (service: VirtualService) => readonly Check[],
): Check[] {
  const checks = new Map<string, Check>();
  for (const service of services) {
    if (service.role !== 'signalling') continue;
    for (const check of pick(service)) checks.set(checkKey(check), check);
  }
  return [...checks.values()].sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || a.port - b.port);
}

const ORDER = { http: 0, tcp: 1, stun: 2 } as const;

/** The checks that all members have, in order. */
function commonChecks(members: readonly Member[]): Check[] {
  const [first, ...rest] = members.map(checksOf);
  if (!first) return [];
  const others = rest.map((checks) => new Set(checks.map(checkKey)));
  return first.filter((check) => others.every((keys) => keys.has(checkKey(check))));
}

/**
 * The checks of a pool on devices that check it as a whole: what all members answer, else a connection to
 * the one port that all have, else none.
 */
export function poolChecks({ members }: VirtualService): Check[] {
  const common = commonChecks(members);
  const ports = new Set(members.map(({ ports: { first } }) => first));
  const [port] = ports;
  return common.length === 0 && ports.size === 1 && port !== undefined ? [{ kind: 'tcp', port }] : common;
}

/** Whether some member has a check that not all have. */
export function checksDiffer({ members }: VirtualService): boolean {
  const common = commonChecks(members).length;
  return members.some((member) => checksOf(member).length !== common);
}

/** @param what is checked only as a whole: `a service group is monitored` */
export function checkFindings(pools: readonly VirtualService[], what: string): Finding[] {
  return finding(
    pools.filter(checksDiffer),
    'degraded',
    `${what} as a whole, so that only what all of its members answer is asked`,
    'give all nodes behind the VIP the same healthPort and stunPort',
  );
}

/** For devices whose UDP check sends nothing that could be chosen, or only text. */
export function blindUdpFindings(pools: readonly VirtualService[]): Finding[] {
  return finding(
    pools.filter((service) => poolChecks(service).some(({ kind }) => kind === 'stun')),
    'degraded',
    'its UDP check cannot send STUN: a STUN port that answers nothing is up, unless it is refused',
    'rely on the healthPort beside it, or leave stunPort out',
  );
}
