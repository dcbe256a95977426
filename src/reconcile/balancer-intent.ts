/** The part of an intent that is one balancer's. */
import type { Intent } from '../intent/model.ts';
import { revisionOf } from '../intent/revision.ts';

/**
 * Services and VIPs that the balancer carries. Its revision is of that part alone, so that what changes behind
 * other VIPs is no change here.
 *
 * @param vips ids; null: all of them, and the intent is the whole one
 */
export function intentFor(intent: Intent, vips: readonly string[] | null): Intent {
  if (vips === null) return intent;
  const content = {
    cluster: intent.cluster,
    vips: intent.vips.filter(({ id }) => vips.includes(id)),
    services: intent.services.filter(({ vip }) => vips.includes(vip)),
  };
  return {
    cluster: content.cluster,
    revision: revisionOf(content),
    vips: content.vips,
    services: content.services,
  };
}
