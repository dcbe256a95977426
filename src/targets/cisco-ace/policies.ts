/**
 * What leads clients to farms: a "class-map" knows the address, protocol and ports of a service, and the one
 * "policy-map multi-match" names for each the "policy-map type loadbalance" that picks the farm.
 */
import type { IntentVip, VirtualService } from '../../intent/model.ts';
import type { Front } from '../dialect/carried.ts';
import { interfaceOf } from '../dialect/interfaces.ts';
import type { Block } from '../dialect/text.ts';
import { inUnits, type TimeScale } from '../dialect/times.ts';
import { idleName, NAT_POOL, POLICY, type Names } from './names.ts';

/** "set timeout inactivity": seconds, which the ACE rounds up to the next 30 (Security Guide). 0 is for ever. */
export const IDLE: TimeScale = { unit: 1, min: 30, max: 1_638_030, step: 30 };

export function classMap(service: VirtualService, front: Front, names: Names): Block {
  const { protocol, ports } = service;
  const range = ports.first === ports.last ? `eq ${ports.first}` : `range ${ports.first} ${ports.last}`;
  return {
    head: `class-map match-all ${names.classMap(service, front)}`,
    body: [`2 match virtual-address ${front.address.text} ${protocol} ${range}`],
  };
}

export function loadBalancing(service: VirtualService, family: 4 | 6, names: Names): Block {
  const name = names.farm(service, family);
  const action = service.persistence === null ? 'serverfarm' : 'sticky-serverfarm';
  return {
    head: `policy-map type loadbalance first-match ${name}`,
    body: [{ head: 'class class-default', body: [`${action} ${name}`] }],
  };
}

/** The lines of one service and address in the policy that knows all VIPs. */
export function vipClass(service: VirtualService, vip: IntentVip, front: Front, names: Names): Block {
  const { family } = front.address;
  return {
    head: `class ${names.classMap(service, front)}`,
    body: [
      'loadbalance vip inservice',
      `loadbalance policy ${names.farm(service, family)}`,
      ...(service.snat ? [`nat dynamic ${NAT_POOL[family]} vlan ${vlanOf(vip) ?? ''}`] : []),
      `connection advanced-options ${idleName(inUnits(service.idleTimeout, IDLE))}`,
    ],
  };
}

/** The policy, and where it holds: on all VLANs of the context. */
export function multiMatch(classes: readonly Block[]): Block[] {
  if (classes.length === 0) return [];
  return [
    { head: `policy-map multi-match ${POLICY}`, body: classes },
    { head: `service-policy input ${POLICY}`, body: [] },
  ];
}

export function parameterMap(seconds: number): Block {
  return {
    head: `parameter-map type connection ${idleName(seconds)}`,
    body: [`set timeout inactivity ${seconds}`],
  };
}

/** The number of the VLAN that shares the VIP, where the topology names one: `vlan20`. */
export function vlanOf(vip: IntentVip): string | null {
  return interfaceOf(vip, ['vlan'])?.replace(/^\D+/, '') ?? null;
}
