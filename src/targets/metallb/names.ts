import { namer } from '../dialect/names.ts';
import type { Neighbor } from '../../topology/routing/routing.ts';
import type { HostRoute } from '../routes/routes.ts';

/**
 * Names of Kubernetes objects are DNS labels here: lower case, digits and `-`, at most 63 ("Object Names and IDs").
 * What stands around an id sees to it that they begin and end in a letter.
 */
const MAX = 63 - 'roomlb--vip'.length;

export function namesFor(routes: readonly HostRoute[]): (vip: string) => string {
  const short = namer(
    routes.map(({ vip }) => vip),
    { max: MAX, without: '_.', ignoresCase: true },
  );
  return (vip) => `roomlb-${short(vip).toLowerCase()}-vip`;
}

/** `2001:db8::1` is `roomlb-peer-2001-db8--1`; only IPv6 has two in a row, and no two addresses are the same. */
export function peerName({ address }: Neighbor): string {
  return `roomlb-peer-${address.text.replaceAll(/[.:]/g, '-')}-v${address.family}`;
}

export const BFD_PROFILE = 'roomlb';
