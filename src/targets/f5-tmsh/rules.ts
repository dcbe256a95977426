/** Forwarding rules of a BIG-IP: each virtual server, and each member of a pool that several share. */
import { formatEndpoint } from '../../topology/address.ts';
import { frontRules } from '../dialect/rules.ts';
import type { Rule } from '../target.ts';
import type { Virtual } from './objects.ts';

/** @param textOf how the dialect says what a virtual server is, and what a member is */
export function bigIpRules(
  virtuals: readonly Virtual[],
  textOf: { virtual(one: Virtual): string; member(one: Virtual, index: number): string },
): Rule[] {
  return virtuals.flatMap((one) => {
    const key = `${one.service.id} ${formatEndpoint(one.front.address, one.port)}`;
    const text = textOf.virtual(one);
    const members = one.pool.members.map(({ node }, i) => ({ node, text: textOf.member(one, i) }));
    return frontRules(one.service, { key, text, members });
  });
}
