import type { IntentVip } from '../../intent/model.ts';
import { finding } from '../findings.ts';
import type { Finding } from '../target.ts';

/** For balancers that every router may send to, and that hand no address from one to the other. */
export function withoutVrrp(label: string, vips: readonly IntentVip[]): Finding[] {
  return finding(
    vips.filter(({ vrrp }) => vrrp !== null),
    'degraded',
    `${label} hands no address from host to host, so that vrrp does nothing here`,
    'give the VIP a route: in the topology, and announce it from every host: bird, frr, exabgp or gobgp',
  );
}
