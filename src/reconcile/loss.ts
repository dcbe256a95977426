/** Which changes clients wait for. */
import type { Intent, VirtualService } from '../intent/model.ts';

/**
 * Whether a member that took new connections takes none now although nobody asked for that, so that clients run
 * into it until the engine knows. Losses that come together are told as one by health already.
 */
export function isLoss(before: Intent, after: Intent): boolean {
  const services = new Map(after.services.map((service) => [service.id, service]));
  return before.services.some((old) => {
    const now = services.get(old.id);
    return now !== undefined && now !== old && losesMember(old, now);
  });
}

function losesMember(before: VirtualService, after: VirtualService): boolean {
  const took = new Set(before.members.filter(({ weight }) => weight > 0).map(({ node }) => node));
  return after.members.some(
    ({ node, weight, state }) => weight === 0 && state === 'active' && took.has(node),
  );
}
