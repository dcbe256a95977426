/** Draining media: which nodes are left out of the maps, and how to cut what conntrack still knows. */
import type { VirtualService } from '../../intent/model.ts';
import type { DrainPolicy } from '../../topology/model.ts';

export function drained(services: readonly VirtualService[], policy: DrainPolicy): VirtualService[] {
  return services.filter(
    ({ role, drain, members }) =>
      role === 'media' && drain === policy && members.every(({ weight }) => weight === 0),
  );
}

/**
 * conntrack(8) commands that delete the entries of flushed services, one per VIP address. It takes no port
 * ranges, hence the loop.
 */
export function flushCommands(services: readonly VirtualService[]): string[] {
  return drained(services, 'flush').flatMap(({ addresses, protocol, ports, members }) =>
    members.flatMap((member) =>
      addresses.flatMap((vip) => {
        const to = member.addresses.find(({ family }) => family === vip.family);
        if (!to) return [];
        const what = `-f ipv${vip.family} -p ${protocol} --orig-dst ${vip.text} --orig-port-dst "$port"`;
        return `for port in $(seq ${ports.first} ${ports.last}); do conntrack -D ${what} --reply-src ${to.text}; done`;
      }),
    ),
  );
}
