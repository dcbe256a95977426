/**
 * Where traffic goes. Only shared pools follow health, so only these have a file of endpoints: Envoy takes one
 * resource from such a file, and each cluster reads its own. What leads to one node stands still.
 */
import type { Member, VirtualService } from '../../intent/model.ts';
import { listPorts } from '../../topology/ports.ts';
import { poolCheck } from './checks.ts';
import { endpoint } from './endpoints.ts';
import type { Cluster, EdsCluster, StaticCluster } from './model.ts';
import { endpointsFile, fileSource, mediaCluster, nodeName, poolName } from './names.ts';

/** Seconds. */
const CONNECT_TIMEOUT = 5;

/** The default, and prime, as it has to be. */
const TABLE_SIZE = '65537';

/** Envoy stops at 1024 connections, UDP sessions among them, unless it is told otherwise; this is its largest number. */
const UNLIMITED = 4_294_967_295;

const COMMON = {
  connect_timeout: `${CONNECT_TIMEOUT}s`,
  circuit_breakers: {
    thresholds: [{ max_connections: UNLIMITED, max_pending_requests: UNLIMITED, max_requests: UNLIMITED }],
  },
} as const;

/** Each once, in the order of the services. @param services all that are carried */
export function* clustersOf(services: readonly VirtualService[]): Generator<Cluster> {
  const names = new Set<string>();
  for (const service of services) {
    for (const cluster of clustersFor(service)) {
      if (names.has(cluster.name)) continue;
      names.add(cluster.name);
      yield cluster;
    }
  }
}

function clustersFor(service: VirtualService): Cluster[] {
  const { vip, role, ports, members } = service;
  if (role === 'media') {
    return members.flatMap((member) =>
      listPorts(ports).map((port) => single(mediaCluster(vip, member.node, port), member, port)),
    );
  }
  const nodes = members.map((member) => single(nodeName(vip, member.node), member, member.ports.first));
  return role === 'signalling' ? [pool(service), ...nodes] : nodes;
}

/** It is not checked: there is nobody to fail over to, and a client that names the node has its room there. */
function single(name: string, member: Member, port: number): StaticCluster {
  return {
    name,
    type: 'STATIC',
    ...COMMON,
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: endpoint(member, port) }] }],
    },
  };
}

function pool(service: VirtualService): EdsCluster {
  const { vip, persistence, members } = service;
  return {
    name: poolName(vip),
    type: 'EDS',
    ...COMMON,
    eds_cluster_config: { eds_config: fileSource(endpointsFile(vip)) },
    ...(persistence === null
      ? { lb_policy: 'ROUND_ROBIN' }
      : { lb_policy: 'MAGLEV', maglev_lb_config: { table_size: TABLE_SIZE } }),
    // Fail static: where next to none is well, believe the checks broken. Where all have weight 0, nobody is asked for.
    common_lb_config: {
      healthy_panic_threshold: { value: members.some(({ weight }) => weight > 0) ? 1 : 0 },
    },
    ignore_health_on_host_removal: true,
    health_checks: poolCheck(service),
  };
}
