/**
 * Whether routers are told of a VIP. All rooms behind a VIP share its route, and no router can tell old flows from
 * new: so it stands as long as enough nodes can still be reached, draining ones included, and goes as a whole.
 *
 * - A node is usable unless it is `down`, or disabled; `suspect` and `unknown` are no reason to withdraw anything.
 *   One that is down for some of its workers only still serves rooms, and counts. While the panic threshold holds,
 *   health itself believes no node down that fell silent (health.panicThreshold), so that a network that broke
 *   between dispatcher and nodes withdraws nothing.
 * - Where all that are left are draining or about to stop, and media says `drain: flush`, the route says that it is
 *   about to go (RFC 8326). With `keep-flows` it does not: the flows that are kept would go elsewhere.
 */
import type { ClusterView } from '../cluster/view.ts';
import type { Node, Vip } from '../topology/model.ts';
import type { IntentRoute, RouteState } from './model.ts';

export function routeOf(vip: Vip, view: ClusterView): IntentRoute | null {
  if (!vip.route) return null;
  const { watermark, communities, med } = vip.route;
  return { watermark, communities, med, state: stateOf(vip, watermark, view) };
}

/** Of a node that is not disabled. */
export function isUsable(view: ClusterView, { id }: Node): boolean {
  return view.health.get(id) !== 'down' || (view.serving.get(id)?.size ?? 0) > 0;
}

function stateOf(vip: Vip, watermark: number, view: ClusterView): RouteState {
  const nodes = view.topology.nodes.filter((node) => node.vip === vip.id && node.state !== 'disabled');
  const usable = nodes.filter((node) => isUsable(view, node));
  const share = nodes.length === 0 ? 0 : usable.length / nodes.length;
  if (share < watermark) return 'withdrawn';
  const goes =
    vip.media?.drain === 'flush' && usable.length > 0 && usable.every((node) => isGoing(view, node));
  return goes ? 'leaving' : 'announced';
}

function isGoing(view: ClusterView, { id, state }: Node): boolean {
  return state === 'draining' || view.leaving.has(id);
}
