/** The part of an intent that is one balancer's. */
import type { Intent, VirtualService } from '../intent/model.ts';
import { withRevision } from '../intent/revision.ts';
import type { CarriedServices } from '../topology/balancers/balancer.ts';

export interface Carried {
  /** Ids of VIPs; null: all of them. */
  readonly vips: readonly string[] | null;
  readonly services: CarriedServices;
}

/**
 * Services and VIPs that the balancer carries. Its revision is of that part alone, so that what changes behind
 * other VIPs, or of services that another engine carries, is no change here.
 */
export function intentFor(intent: Intent, { vips, services }: Carried): Intent {
  if (vips === null && services === 'all') return intent;
  return withRevision({
    cluster: intent.cluster,
    bgp: intent.bgp,
    vips: intent.vips.filter(({ id }) => vips?.includes(id) ?? true),
    services: intent.services.filter(
      ({ vip, role }) =>
        (vips?.includes(vip) ?? true) && (services === 'all' || services === carriedAs(role)),
    ),
  });
}

function carriedAs(role: VirtualService['role']): 'signalling' | 'media' {
  return role === 'media' ? 'media' : 'signalling';
}
