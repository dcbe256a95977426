import ipaddr from 'ipaddr.js';
import type { IpAddress } from './model.ts';

/**
 * Parses an IPv4 dotted quad or an IPv6 address (no zone id, no prefix length) into its canonical form.
 * Returns undefined for anything else: octal quads such as `010.0.0.1`, names, and IPv4-mapped IPv6,
 * which engines disagree about.
 */
export function parseAddress(text: string): IpAddress | undefined {
  // Told apart by the colon, since the library throws inside to find out, which is slow for thousands.
  if (!text.includes(':')) {
    if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
    return { family: 4, text: ipaddr.IPv4.parse(text).toString() };
  }
  if (text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  const v6 = ipaddr.IPv6.parse(text);
  return v6.isIPv4MappedAddress() ? undefined : { family: 6, text: v6.toRFC5952String() };
}

/** `203.0.113.10:443` or `[2001:db8::10]:443`: the form of URLs, HAProxy, nginx and ipvsadm. */
export function formatEndpoint(address: IpAddress, port: number | string): string {
  return `${formatHost(address)}:${port}`;
}

/** The address as a URL's host: IPv6 in brackets. */
export function formatHost(address: IpAddress): string {
  return address.family === 6 ? `[${address.text}]` : address.text;
}
