import type { Target } from './target.ts';

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
