import type { Neighbor } from '../../topology/routing/routing.ts';
import { reasonOf, type HostRoute } from '../routes/routes.ts';

/**
 * "Controlling ExaBGP: API", commands `neighbor IP announce route …` and `withdraw route …`: a line each. Each
 * neighbor is named, so that none is told of routes whose family its session does not carry.
 */
export function routeLines(route: HostRoute): string[] {
  return [`# ${reasonOf(route)}`, ...commands(route)];
}

export function commands(route: HostRoute): string[] {
  return route.neighbors.map((neighbor) => line(route, neighbor));
}

function line({ prefix, state, med, communities }: HostRoute, { address }: Neighbor): string {
  const verb = state === 'withdrawn' ? 'withdraw' : 'announce';
  const attributes = [
    ...(med === null ? [] : [`med ${med}`]),
    ...(communities.length === 0 ? [] : [`community [${communities.join(' ')}]`]),
  ];
  const said = state === 'withdrawn' ? [] : attributes;
  return [`neighbor ${address.text} ${verb} route ${prefix} next-hop self`, ...said].join(' ');
}
