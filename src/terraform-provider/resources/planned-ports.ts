/**
 * Ports that two nodes of one plan both want. A dispatcher would refuse the second one in the middle of the apply. What it
 * has already is not looked at: that may be on its way out in the same plan.
 */
import type { PortRange } from '../../topology/model.ts';
import { formatPorts, overlapPorts, parsePorts } from '../../topology/ports.ts';
import type { DispatcherApi } from '../client/dispatcher-api.ts';
import { failure } from '../plugin/diagnostics.ts';
import type { ObjectValue, Value } from '../plugin/values.ts';

interface Wish {
  /** As the plan has it; what is not known meets nothing. */
  readonly values: ObjectValue;
  readonly media: PortRange | undefined;
}

/** Of each command, by id of the node. Core may plan a node twice, where it is to be made anew. */
const wishes = new WeakMap<DispatcherApi, Map<string, Wish>>();

/** @throws DiagnosticError where another node of the plan has a port that this one wants */
export function claimPorts(api: DispatcherApi, planned: ObjectValue): void {
  const { id, vip, media_ports: ports, signalling_port: signalling } = planned;
  if (typeof id !== 'string' || typeof vip !== 'string') return;
  const others = wishes.get(api) ?? new Map<string, Wish>();
  wishes.set(api, others);
  const media = typeof ports === 'string' ? parsePorts(ports) : undefined;
  for (const [other, { values, media: taken }] of others) {
    if (other === id || values.vip !== vip) continue;
    if (media && taken && overlapPorts(media, taken)) {
      throw clash(
        'media_ports',
        `${formatPorts(media)} overlaps ${formatPorts(taken)} of node ${other} behind the same VIP`,
      );
    }
    if (
      typeof signalling === 'number' &&
      signalling === values.signalling_port &&
      shareAddress(planned, values)
    )
      throw clash('signalling_port', `${signalling} is that of node ${other} on the same address too`);
  }
  others.set(id, { values: planned, media });
}

function clash(name: string, what: string): Error {
  const detail = `${name}: ${what}, and this plan has both; give each node its own.`;
  return failure(`Invalid value for ${name}`, detail, [name]);
}

function shareAddress(one: ObjectValue, other: ObjectValue): boolean {
  const theirs = new Set(textsOf(other.addresses));
  return textsOf(one.addresses).some((address) => theirs.has(address));
}

function textsOf(value: Value | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly Value[]).filter((one) => typeof one === 'string') : [];
}
