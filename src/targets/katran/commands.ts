/** Calls of katran's example client, example_grpc/goclient/src/katranc/main/main.go, under the name that EXAMPLE.md gives it. */
import type { KatranReal, KatranVip } from './table.ts';

const CLIENT = 'katran_goclient';
const BY_SOURCE = '-vf NO_SPORT';

export const addVip = (vip: KatranVip): string =>
  [CLIENT, '-A', where(vip), ...(vip.bySource ? [BY_SOURCE] : [])].join(' ');

/** How the source counts is the one thing of a VIP that can be changed. */
export const changeVip = (vip: KatranVip): string =>
  [CLIENT, '-E', where(vip), BY_SOURCE, ...(vip.bySource ? [] : ['-unset'])].join(' ');

export const deleteVip = (vip: KatranVip): string => `${CLIENT} -D ${where(vip)}`;

export const addReal = (vip: KatranVip, { address, weight }: KatranReal): string =>
  `${CLIENT} -a ${where(vip)} -r ${address} -w ${weight}`;

export const changeReal = (vip: KatranVip, { address, weight }: KatranReal): string =>
  `${CLIENT} -e ${where(vip)} -r ${address} -w ${weight}`;

export const deleteReal = (vip: KatranVip, { address }: KatranReal): string =>
  `${CLIENT} -d ${where(vip)} -r ${address}`;

/** Brackets mean something to a shell. */
function where({ service, endpoint }: KatranVip): string {
  return `${service.protocol === 'tcp' ? '-t' : '-u'} ${endpoint.startsWith('[') ? `'${endpoint}'` : endpoint}`;
}

/** A VIP by what katran knows it by. */
export const keyOf = where;
