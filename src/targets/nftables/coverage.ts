/** Which ports of a VIP are forwarded: what rules about all of its connections match on. */
import type { VirtualService } from '../../intent/model.ts';
import type { IpAddress, PortRange, Protocol } from '../../topology/model.ts';
import { formatPorts } from '../../topology/ports.ts';
import { FAMILIES, ipKeyword, type Family } from './names.ts';
import { formatSet } from './table.ts';

/** Services of one VIP and protocol that idle equally long. */
export interface Coverage {
  readonly addresses: readonly IpAddress[];
  readonly snat: boolean;
  readonly protocol: Protocol;
  /** Seconds. */
  readonly idleTimeout: number;
  /** Ascending; neighbours are merged. */
  readonly ports: readonly PortRange[];
}

/** Sorted by VIP, protocol and timeout, as the intent's services are by VIP. */
export function coverageOf(services: readonly VirtualService[]): Coverage[] {
  const groups = new Map<string, VirtualService[]>();
  for (const service of services) {
    const key = `${service.vip} ${service.protocol} ${service.idleTimeout}`;
    const group = groups.get(key);
    if (group) group.push(service);
    else groups.set(key, [service]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { addresses, snat, protocol, idleTimeout } = first;
    return [{ addresses, snat, protocol, idleTimeout, ports: merge(group.map(({ ports }) => ports)) }];
  });
}

/** The same ports in as few ranges as can be. */
function merge(ranges: readonly PortRange[]): PortRange[] {
  const merged: PortRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const last = merged.at(-1);
    if (last && range.first <= last.last + 1) {
      merged[merged.length - 1] = { first: last.first, last: Math.max(last.last, range.last) };
    } else {
      merged.push(range);
    }
  }
  return merged;
}

/** A line per family that the VIP has. */
export function perFamily(
  { addresses, ports }: Coverage,
  line: (family: Family, vips: string, ports: string) => string,
): string[] {
  return FAMILIES.flatMap((family) => {
    const vips = addresses.filter((address) => address.family === family).map(({ text }) => text);
    return vips.length === 0 ? [] : [line(family, formatSet(vips), formatSet(ports.map(formatPorts)))];
  });
}

/** Before translation: a packet still has the VIP's address. */
export function timeoutRules(coverage: readonly Coverage[], name: (of: Coverage) => string): string[] {
  return coverage.flatMap((part) =>
    perFamily(part, (family, vips, ports) => {
      const match = `${ipKeyword(family)} daddr ${vips} ${part.protocol} dport ${ports}`;
      return `${match} ct timeout set "${name(part)}"`;
    }),
  );
}

/**
 * After translation: conntrack still knows the VIP. Only connections that were translated, and only on
 * ports of this table, so that what other tables forward from the same address is left alone.
 */
export function masqueradeRules(coverage: readonly Coverage[]): string[] {
  return coverage
    .filter(({ snat }) => snat)
    .flatMap((part) =>
      perFamily(part, (family, vips, ports) => {
        const original = `ct original ${ipKeyword(family)} daddr ${vips} ct original proto-dst ${ports}`;
        return `meta l4proto ${part.protocol} ct status dnat ${original} masquerade`;
      }),
    );
}
