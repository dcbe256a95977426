import type { PortRange } from './model.ts';

/** Every port of the range, ascending. */
export function listPorts(range: PortRange): number[] {
  const ports: number[] = [];
  for (let port = range.first; port <= range.last; port++) ports.push(port);
  return ports;
}

/** `40000-40003`, or `40000` where the range is one port. The form that topologies are written in. */
export function formatPorts(range: PortRange): string {
  return range.first === range.last ? String(range.first) : `${range.first}-${range.last}`;
}

/** What `formatPorts` writes; numbers of something else are NaN, and no port is in that. */
export function parsePorts(text: string): PortRange {
  const [first = NaN, last = first] = text.split('-').map(Number);
  return { first, last };
}

export function containsPorts(outer: PortRange, inner: PortRange): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

export function overlapPorts(a: PortRange, b: PortRange): boolean {
  return a.first <= b.last && b.first <= a.last;
}
