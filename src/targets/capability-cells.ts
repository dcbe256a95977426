import type { Target } from './target.ts';

/** What the cells below are about, in their order. */
export const CAPABILITY_COLUMNS = [
  'UDP',
  'TCP',
  'forwarding',
  'IPv6',
  'node named by',
  'health',
  'draining',
  'versions',
] as const;

/** A target's capabilities as the cells of a table, behind its name; both tables of targets have these. */
export function capabilityCells({ capabilities: c }: Target, separator: string): string[] {
  return [
    c.udp,
    c.tcp,
    c.forwarding.join(separator) || '–',
    c.ipv6 ? 'yes' : 'no',
    c.naming.join(separator) || '–',
    c.health,
    c.drain,
    c.versions,
  ];
}
