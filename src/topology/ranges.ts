/** Ranges of addresses, in CIDR notation (RFC 4632 section 3.1, RFC 4291 section 2.3). */
import ipaddr from 'ipaddr.js';
import { BlockList } from 'node:net';
import { parseAddress } from './address.ts';
import type { IpAddress } from './model.ts';

/** The canonical text; undefined for what is no range, or has bits set beyond its prefix. */
export function parseRange(text: string): string | undefined {
  const [, host = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const address = parseAddress(host);
  const prefix = Number(length);
  if (!address || prefix > (address.family === 4 ? 32 : 128)) return undefined;
  const cidr = `${address.text}/${prefix}`;
  const first = (address.family === 4 ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(cidr);
  return parseAddress(first.toString())?.text === address.text ? cidr : undefined;
}

/** Whether an address is in any of these ranges, each as `parseRange` gives it. */
export function inRanges(ranges: readonly string[]): (address: IpAddress) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [first = '', prefix] = range.split('/');
    list.addSubnet(first, Number(prefix), first.includes(':') ? 'ipv6' : 'ipv4');
  }
  return ({ family, text }) => list.check(text, family === 4 ? 'ipv4' : 'ipv6');
}
