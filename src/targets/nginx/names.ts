/**
 * Names of nginx objects. Variables are letters, digits and `_`, and both they and upstreams are compared
 * without regard to case (ngx_stream_variables.c, ngx_stream_upstream.c), as ids are in a topology.
 */
import type { IpAddress } from '../../topology/model.ts';

export type Family = IpAddress['family'];

export const FAMILIES: readonly Family[] = [4, 6];

/** The pool of a VIP's shared signalling port, and the variable that picks one of its members by name. */
export function poolName(vip: string, family: Family): string {
  return `signalling${family}_${encode(vip)}`;
}

/** `_`, `.` and `-` become `_` and two hex digits, so that two ids never become the same name. */
function encode(id: string): string {
  return id.replace(/[^A-Za-z0-9]/g, (char) => `_${char.charCodeAt(0).toString(16)}`);
}
