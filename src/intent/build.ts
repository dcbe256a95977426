/** Cluster view → intent. Pure: the same view gives the same intent, whatever the order of its parts. */
import type { ClusterView } from '../cluster/view.ts';
import { compareText } from '../topology/compare.ts';
import type { Vip } from '../topology/model.ts';
import { healthWish } from './by-health.ts';
import { membersBehind, type Candidate } from './members.ts';
import type { Intent, IntentVip, VirtualService } from './model.ts';
import { isUsable, routeOf } from './route.ts';
import { withRevision } from './revision.ts';
import { mediaServices, nodeSignallingServices, sharedSignalling } from './services.ts';

/** @param last an earlier view with its intent, which is the answer where it would come out the same */
export function buildIntent(view: ClusterView, last?: { view: ClusterView; intent: Intent }): Intent {
  if (last && sameFor(view, last.view)) return last.intent;
  const vips = [...view.topology.vips].sort((a, b) => compareText(a.id, b.id));
  const behind = membersBehind(view);
  return withRevision({
    cluster: view.topology.cluster,
    bgp: view.topology.bgp,
    vips: vips.map((vip) => intentVip(vip, view)),
    services: vips.flatMap((vip) => servicesOf(vip, behind.get(vip.id) ?? [])),
  });
}

/** Health shows in an intent by who takes new connections (by-health.ts) and which VIPs are announced (route.ts). */
function sameFor(a: ClusterView, b: ClusterView): boolean {
  return (
    a.topology === b.topology &&
    a.topology.nodes.every(
      (node) =>
        healthWish(a, node) === healthWish(b, node) &&
        isUsable(a, node) === isUsable(b, node) &&
        a.leaving.has(node.id) === b.leaving.has(node.id),
    )
  );
}

function intentVip(vip: Vip, view: ClusterView): IntentVip {
  const { id, addresses, forwarding, snat, vrrp } = vip;
  return { id, addresses, forwarding, snat, vrrp, route: routeOf(vip, view) };
}

function servicesOf(vip: Vip, candidates: readonly Candidate[]): VirtualService[] {
  return [
    ...sharedSignalling(vip, candidates),
    ...nodeSignallingServices(vip, candidates),
    ...mediaServices(vip, candidates),
  ];
}
