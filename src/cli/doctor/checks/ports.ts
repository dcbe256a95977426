import { formatPorts, overlapPorts, parsePorts } from '../../../topology/ports.ts';
import type { PortRange } from '../../../topology/model.ts';
import { inNamespace, ok, setSysctl, skipped, warning, type Check, type Finding } from '../check.ts';

const EPHEMERAL = 'net.ipv4.ip_local_port_range';
const RESERVED = 'net.ipv4.ip_local_reserved_ports';

/** The host takes ports for its own connections from a range; what engines listen on must not be among them. */
export const ports: Check = {
  name: 'ports',
  async run({ engines, sysctl }) {
    const listening = engines.filter(({ needs }) => needs.listens);
    if (listening.length === 0) return [skipped('no engine of this host listens on ports of VIPs')];
    const found: Finding[] = [];
    for (const { balancer, intent } of listening) {
      const { namespace } = balancer;
      const [first = 0, last = 0] = ((await sysctl(EPHEMERAL, namespace)) ?? '').split(' ').map(Number);
      const reserved = rangesOf((await sysctl(RESERVED, namespace)) ?? '');
      const taken = merged(
        intent.services
          .map((service) => service.ports)
          .filter((range) => overlapPorts(range, { first, last }) && !isWithin(range, reserved)),
      );
      if (taken.length === 0) {
        found.push(
          ok(`${balancer.id}: the host's own connections take none of its ports${inNamespace(namespace)}`),
        );
        continue;
      }
      const text = taken.map(formatPorts).join(',');
      const all = [...reserved.map(formatPorts), text].join(',');
      found.push(
        warning(
          `${balancer.id}: the host's own connections may take ports ${text} (${EPHEMERAL} ${first}-${last})${inNamespace(namespace)}, on which it could not listen then`,
          setSysctl(RESERVED, all, namespace),
        ),
      );
    }
    return found;
  },
};

/** `40000-40009,50000`, as the kernel lists them. */
function rangesOf(text: string): PortRange[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map(parsePorts);
}

function isWithin(range: PortRange, ranges: readonly PortRange[]): boolean {
  return merged(ranges).some(({ first, last }) => first <= range.first && range.last <= last);
}

/** Sorted, and those that touch as one. */
export function merged(ranges: readonly PortRange[]): PortRange[] {
  const result: PortRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.first - b.first)) {
    const before = result.at(-1);
    if (before && range.first <= before.last + 1)
      result[result.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
    else result.push(range);
  }
  return result;
}
