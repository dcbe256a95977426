/** Interfaces that devices name in ways of their own: topologies name them by one word, without a slash. */
import type { IntentVip } from '../../intent/model.ts';

/**
 * The interface that shares the VIP, where its name is one of these kinds and a number: `Vlan10`; else null.
 *
 * @param kinds in lower case: `vlan`, `port-channel`
 */
export function interfaceOf({ vrrp }: IntentVip, kinds: readonly string[]): string | null {
  const [, kind = ''] = /^([a-z-]+)[0-9]{1,4}$/.exec(vrrp?.interface.toLowerCase() ?? '') ?? [];
  return vrrp && kinds.includes(kind) ? vrrp.interface : null;
}
