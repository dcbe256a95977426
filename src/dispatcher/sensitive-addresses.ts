/**
 * Addresses that lead to the dispatcher's own machine, or to the metadata service of a cloud, which hands out
 * credentials. Whoever edits the topology by REST could have them probed (server-side request forgery).
 */
import type { Fault } from '../topology/faults.ts';
import type { IpAddress, Topology } from '../topology/model.ts';
import { inRanges } from '../topology/ranges.ts';

/** RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3; RFC 3927, where clouds have their metadata. */
const SENSITIVE = ['127.0.0.0/8', '::1/128', '169.254.0.0/16', 'fd00:ec2::254/128'].map((range) => ({
  range,
  has: inRanges([range]),
}));

interface Addressed {
  readonly addresses: readonly IpAddress[];
}

/**
 * Faults for addresses of nodes and VIPs in such a range where none of `before` is: a cluster on one machine
 * may stay one. Ranges that the file declares for nodes say what is meant, so then they hold instead, and a VIP may
 * be where nodes may.
 */
export function newlySensitive(before: Topology, after: Topology): Fault[] {
  const known = new Map(
    [...before.vips, ...before.nodes].flatMap(({ addresses }) =>
      addresses.map((address) => [address.text, address]),
    ),
  );
  const isNew = ({ addresses }: Addressed) =>
    addresses.some((address) => !known.has(address.text) && SENSITIVE.some((one) => one.has(address)));
  // An edit brings a few addresses, and there may be thousands: looking at those alone is most often enough.
  if (![...after.vips, ...after.nodes].some(isNew)) return [];
  const refused = SENSITIVE.filter((one) => ![...known.values()].some(one.has));
  const declared = after.nodeRanges === null ? () => false : inRanges(after.nodeRanges);
  const faultsOf = (key: string, entities: readonly Addressed[]): Fault[] =>
    entities.flatMap(({ addresses }, position) =>
      addresses.flatMap(({ text, family }, index) => {
        const found = refused.find(({ has }) => has({ text, family }));
        if (!found || declared({ text, family })) return [];
        return {
          severity: 'error' as const,
          path: `${key}[${position}].addresses[${index}]`,
          message: `${text} is in ${found.range}, where no address of the topology is yet`,
          hint: 'such an address is taken from the topology file only',
        };
      }),
    );
  return [...faultsOf('vips', after.vips), ...faultsOf('nodes', after.nodes)];
}
