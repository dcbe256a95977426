/** Rules and endpoints as LoxiLB keeps them (pkg/loxinet/rules.go). */
import type { Monitor, VirtualService } from '../../intent/model.ts';
import type { Protocol } from '../../topology/model.ts';
import { formatEndpoint } from '../../topology/address.ts';
import { listPorts } from '../../topology/ports.ts';
import type { CarriedService, Front } from '../dialect/carried.ts';
import { CHECK_FALL, CHECK_INTERVAL } from '../dialect/checks.ts';
import { inUnits, type TimeScale } from '../dialect/times.ts';
import { isLeftOut } from '../ipvs/destinations.ts';
import { selectionOf, type Selection } from './selection.ts';

/** MaxLBEndPoints; and RtMaximumLbs, of which numbers begin at 1. */
export const MAX_ENDPOINTS = 32;
export const MAX_RULES = 2047;

/** "inactiveTimeOut", seconds: LbMaxInactiveTimeout. */
export const IDLE: TimeScale = { unit: 1, min: 1, max: 86_400 };

export interface LbRule extends Selection {
  readonly service: VirtualService;
  readonly address: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** `203.0.113.10:443` */
  readonly where: string;
  /** Everybody behind it, also those that take nothing new and are no endpoints. */
  readonly nodes: readonly string[];
  readonly targetPort: number;
  readonly mode: 'onearm' | 'dsr' | null;
  readonly idle: number;
}

/** A probe of an endpoint. Rules find it by its name, which is that of the one that they would make themselves. */
export interface Probe {
  readonly address: string;
  /** `10.0.0.1_tcp_443` */
  readonly name: string;
  /** What follows `--probetype=`. */
  readonly how: string;
}

export interface Table {
  readonly rules: readonly LbRule[];
  readonly probes: readonly Probe[];
}

/** Whether all members listen on one port: `loxicmd create lb` has one for all endpoints of a rule. */
export function hasOnePort({ role, members }: VirtualService): boolean {
  return role === 'media' || new Set(members.map(({ ports: { first } }) => first)).size === 1;
}

export function rulesOf(services: readonly CarriedService[]): LbRule[] {
  return services.flatMap(({ service, fronts }) =>
    // Packets to its ports then go to the host itself, which refuses them.
    isLeftOut(service) ? [] : fronts.flatMap((front) => frontRules(service, front)),
  );
}

function frontRules(service: VirtualService, { address, members }: Front): LbRule[] {
  const selection = selectionOf(service, members);
  const [own] = members;
  const nodes = members.map(({ member }) => member.node);
  return listPorts(service.ports).map((port) => ({
    service,
    address: address.text,
    protocol: service.protocol,
    port,
    where: formatEndpoint(address, port),
    nodes,
    targetPort: service.role === 'media' ? port : (own?.ports.first ?? port),
    mode: modeOf(service),
    idle: inUnits(service.idleTimeout, IDLE),
    ...selection,
  }));
}

function modeOf({ forwarding, snat }: VirtualService): LbRule['mode'] {
  if (forwarding === 'dsr') return 'dsr';
  return snat ? 'onearm' : null;
}

/** Names of what a rule's endpoints are asked by: makeEPKey(). */
export function probeNames({ endpoints, protocol, targetPort }: LbRule): string[] {
  return endpoints.map(({ address }) => `${address}_${protocol}_${targetPort}`);
}

/**
 * Members of shared pools are asked. What belongs to one node alone is not; in one-arm mode LoxiLB would do so by
 * itself (modNatEpHost()), and has to be told not to.
 */
export function probesOf(rules: readonly LbRule[]): Probe[] {
  const probes = new Map<string, Probe>();
  const add = (rule: LbRule, howOf: (node: string, address: string) => string | null): void => {
    const names = probeNames(rule);
    for (const [i, { node, address }] of rule.endpoints.entries()) {
      const [name, how] = [names[i] ?? '', howOf(node, address)];
      if (how !== null && !probes.has(name)) probes.set(name, { address, name, how });
    }
  };
  for (const rule of rules.filter(({ service }) => service.role === 'signalling')) {
    const monitors = new Map(rule.service.members.map(({ node, monitor }) => [node, monitor]));
    add(rule, (node, address) => howToAsk(monitors.get(node) ?? null, address));
  }
  for (const rule of rules.filter(({ mode }) => mode === 'onearm')) add(rule, () => NOT_ASKED);
  return [...probes.values()];
}

export const NOT_ASKED = 'none';

const OFTEN = `--period=${CHECK_INTERVAL} --retries=${CHECK_FALL}`;

/**
 * Of an IPv6 address LoxiLB makes an URL without brackets (epCheckNow()), which nobody answers: there a connection has
 * to do.
 */
function howToAsk(monitor: Monitor | null, address: string): string | null {
  if (!monitor) return null;
  if (monitor.kind === 'tcp' || address.includes(':')) return `tcp --probeport=${monitor.port} ${OFTEN}`;
  return `http --probeport=${monitor.port} --probereq=${monitor.path.slice(1)} ${OFTEN}`;
}
