import type { Bgp, Neighbor } from '../../topology/routing/routing.ts';
import type { HostRoute } from '../routes/routes.ts';

const PROCESS = 'roomlb';

/** @param command what is run, by its absolute path, with its arguments */
export function configuration(bgp: Bgp, routes: readonly HostRoute[], command: string): string[] {
  const told = new Set(routes.flatMap(({ neighbors }) => neighbors));
  return [
    '',
    `process ${PROCESS} {`,
    `    run ${command};`,
    '    encoder text;',
    '}',
    ...bgp.neighbors.filter((neighbor) => told.has(neighbor)).flatMap((neighbor) => session(bgp, neighbor)),
  ];
}

/** ExaBGP takes an IPv4 address in the session for its router id where there is none. */
function session({ asn, routerId, holdTime }: Bgp, neighbor: Neighbor): string[] {
  const { address, asn: remote, source, multihop } = neighbor;
  return [
    '',
    `neighbor ${address.text} {`,
    ...(routerId ? [`    router-id ${routerId.text};`] : []),
    `    local-address ${source?.text ?? ''};`,
    `    local-as ${asn};`,
    `    peer-as ${remote};`,
    `    hold-time ${holdTime};`,
    ...(multihop === null ? [] : [`    outgoing-ttl ${multihop};`]),
    `    family { ipv${address.family} unicast; }`,
    `    api { processes [ ${PROCESS} ]; }`,
    '}',
  ];
}
