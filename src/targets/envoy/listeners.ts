/**
 * What clients connect to: a listener per port, on every address of the VIP. The idea of naming a node:
 * ports have their own listener, TLS server names a filter chain each, HTTP its routes (routes.ts).
 */
import type { Member, VirtualService } from '../../intent/model.ts';
import { listPorts } from '../../topology/ports.ts';
import { socketAddress } from './endpoints.ts';
import { httpFilter, tcpFilter, tlsSocket, udpFilter } from './filters.ts';
import type { FilterChain, Listener } from './model.ts';
import { fileSource, mediaCluster, mediaListener, nodeName, poolName, routesFile } from './names.ts';
import { nodeRoutes, serverName, speaksHttp } from './routes.ts';

interface ListenerOptions {
  /** Whether the VIP moves between hosts. */
  readonly floating: boolean;
}

/** @param services each with members. @param floating VIPs that move between hosts */
export function* listenersOf(
  services: readonly VirtualService[],
  floating: ReadonlySet<string>,
): Generator<Listener> {
  for (const service of services) {
    const [member] = service.members;
    if (!member) throw new Error(`${service.id} has no members`);
    const options = { floating: floating.has(service.vip) };
    if (service.role === 'signalling') yield poolListener(service, options);
    else if (service.role === 'node-signalling') yield nodeListener(service, member, options);
    else for (const port of listPorts(service.ports)) yield mediaPort(service, member, port, options);
  }
}

function poolListener(service: VirtualService, options: ListenerOptions): Listener {
  return { ...sockets(poolName(service.vip), service, service.ports.first, options), ...poolChains(service) };
}

/** UDP and TCP alike listen on several addresses with one listener; the protocol is the same for all of them. */
function sockets(
  name: string,
  { addresses, protocol }: VirtualService,
  port: number,
  { floating }: ListenerOptions,
): Pick<Listener, 'name' | 'address' | 'additional_addresses' | 'freebind'> {
  const [first, ...others] = addresses.map((address) => socketAddress(address, port, protocol));
  if (!first) throw new Error(`${name} has no address`);
  return {
    name,
    address: first,
    ...(others.length > 0 && { additional_addresses: others.map((address) => ({ address })) }),
    ...(floating && { freebind: true }),
  };
}

function poolChains(
  service: VirtualService,
): Pick<Listener, 'listener_filters' | 'filter_chains' | 'default_filter_chain'> {
  const { vip, naming, members } = service;
  const pool = poolName(vip);
  if (speaksHttp(service)) {
    const rds = { config_source: fileSource(routesFile(vip)), route_config_name: pool };
    return { filter_chains: [{ filters: [httpFilter(pool, { rds }, service)], ...tlsSocket(service) }] };
  }
  const toPool: FilterChain = { filters: [tcpFilter(pool, pool, service)] };
  if (naming.by !== 'sni') return { filter_chains: [toPool] };
  return {
    listener_filters: [
      {
        name: 'envoy.filters.listener.tls_inspector',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector',
        },
      },
    ],
    filter_chains: members.map(({ node }) => ({
      name: nodeName(vip, node),
      filter_chain_match: { server_names: [serverName(node, naming.domain)] },
      filters: [tcpFilter(nodeName(vip, node), nodeName(vip, node), service)],
    })),
    default_filter_chain: toPool,
  };
}

/** Bytes are passed on as they are, unless TLS ends here: then the node wants to know the client's address. */
function nodeListener(service: VirtualService, { node }: Member, options: ListenerOptions): Listener {
  const name = nodeName(service.vip, node);
  const routes = service.tls === 'terminate' ? nodeRoutes(service) : undefined;
  const filter = routes
    ? httpFilter(name, { route_config: routes }, service)
    : tcpFilter(name, name, service);
  return {
    ...sockets(name, service, service.ports.first, options),
    filter_chains: [{ filters: [filter], ...tlsSocket(service) }],
  };
}

function mediaPort(
  service: VirtualService,
  { node }: Member,
  port: number,
  options: ListenerOptions,
): Listener {
  const name = mediaListener(service, port);
  const cluster = mediaCluster(service.vip, node, port);
  return {
    ...sockets(name, service, port, options),
    ...(service.protocol === 'udp'
      ? { listener_filters: [udpFilter(name, cluster, service)] }
      : { filter_chains: [{ filters: [tcpFilter(name, cluster, service)] }] }),
  };
}
