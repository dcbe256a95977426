/** Members as endpoints. */
import type { Member, VirtualService } from '../../intent/model.ts';
import type { IpAddress, Protocol } from '../../topology/model.ts';
import type { Address, LbEndpoint, LoadAssignment } from './model.ts';
import { poolName } from './names.ts';

export function socketAddress(address: IpAddress, port: number, protocol: Protocol = 'tcp'): Address {
  return {
    socket_address: {
      ...(protocol === 'udp' && { protocol: 'UDP' }),
      address: address.text,
      port_value: port,
    },
  };
}

/**
 * Where Envoy reaches the member. A proxy makes connections of its own, so one address will do whichever family
 * the client speaks: the first, IPv4 where there is one.
 */
export function endpoint({ node, addresses: [address] }: Member, port: number): LbEndpoint['endpoint'] {
  if (!address) throw new Error(`member ${node} has no address`);
  return { address: socketAddress(address, port), hostname: node };
}

/** The members of a shared pool, each with its weight; DRAINING where that is 0, which no weight of Envoy's may be. */
export function poolAssignment({ vip, members }: VirtualService): LoadAssignment {
  return { cluster_name: poolName(vip), endpoints: [{ lb_endpoints: members.map(poolMember) }] };
}

export function poolMember(member: Member): LbEndpoint {
  const { monitor, ports, weight } = member;
  return {
    endpoint: {
      ...endpoint(member, ports.first),
      health_check_config: monitor ? { port_value: monitor.port } : { disable_active_health_check: true },
    },
    ...(weight === 0 ? { health_status: 'DRAINING' } : { load_balancing_weight: weight }),
  };
}
