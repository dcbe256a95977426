/**
 * Local addresses (LIP): what full NAT puts in the place of the client's. They are each host's own, and the topology
 * does not know them, so that a file of the operator's beside ours names them.
 */

/** Beside keepalived.conf: `include` takes it from there. */
export const LOCAL_FILE = 'roomlb-local-addresses.conf';

/** The "local_address_group" of a family, by its name. */
export function localGroup(family: 4 | 6): string {
  return `roomlb-v${family}`;
}
