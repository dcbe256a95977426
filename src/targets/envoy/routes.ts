/**
 * HTTP: the node that a client names, by path or, where TLS ends here, by host name; everything else goes to the
 * pool. Routes are in a file of their own, since a listener that changes cuts its WebSockets after --drain-time-s.
 */
import type { VirtualService } from '../../intent/model.ts';
import type { Route, RouteConfiguration } from './model.ts';
import { nodeName, poolName } from './names.ts';

/** Whether the engine reads HTTP there: TLS is off, or ends here. */
export function speaksHttp({ tls }: VirtualService): boolean {
  return tls !== 'passthrough';
}

export function routesOf({ vip, naming, members, persistence }: VirtualService): RouteConfiguration {
  const byName =
    naming.by === 'sni'
      ? members.map(({ node }) => ({
          name: nodeName(vip, node),
          domains: domainsOf(serverName(node, naming.domain)),
          routes: [to(nodeName(vip, node), { prefix: '/' })],
        }))
      : [];
  const byPath = members.map(({ node }) => to(nodeName(vip, node), { path_separated_prefix: `/n/${node}` }));
  return {
    name: poolName(vip),
    virtual_hosts: [
      ...byName,
      {
        name: poolName(vip),
        domains: ['*'],
        routes: [...byPath, to(poolName(vip), { prefix: '/' }, persistence !== null)],
      },
    ],
  };
}

/** Of lower case, as Envoy compares names: topologies hold ids to that where there is a domain. */
export function serverName(node: string, domain: string): string {
  return `${node}.${domain}`;
}

/** With or without a port behind it. */
function domainsOf(name: string): string[] {
  return [name, `${name}:*`];
}

function to(cluster: string, match: Route['match'], hashed = false): Route {
  return {
    match,
    route: {
      cluster,
      timeout: '0s',
      ...(hashed && { hash_policy: [{ connection_properties: { source_ip: true } }] }),
    },
  };
}

/** The whole of one node's own port. */
export function nodeRoutes({ vip, members: [member] }: VirtualService): RouteConfiguration | undefined {
  if (!member) return undefined;
  const name = nodeName(vip, member.node);
  return { name, virtual_hosts: [{ name, domains: ['*'], routes: [to(name, { prefix: '/' })] }] };
}
