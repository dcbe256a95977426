/** What neighbors and routes must not contradict, beyond the shape of each. */
import type { Parts } from '../parts.ts';
import type { Path, Problems } from '../problems.ts';
import { RESERVED_ASNS, type Bgp } from './routing.ts';

const PATH: Path = ['bgp'];

export function checkRouting({ bgp, vips }: Parts, problems: Problems): void {
  const routed = vips.filter(({ value }) => value.route !== null);
  for (const { path, value } of routed) {
    if (!value.vrrp) continue;
    problems.warn(
      [...path, 'route'],
      'every balancer announces the VIP, but by vrrp only one of them holds it',
      'leave out vrrp, and have each balancer hold the VIP; or leave out route',
    );
  }
  if (!bgp) {
    for (const { path } of routed) {
      problems.warn(
        [...path, 'route'],
        'there is no bgp:, so that only metallb can announce it, on its own network',
        'add bgp: { asn: 65010, neighbors: [{ address: 203.0.113.1, asn: 65000 }] }',
      );
    }
    return;
  }
  if (vips.every(({ value, sound }) => sound && !value.route)) {
    problems.warn(PATH, 'no VIP has a route: to announce', 'add route: {} to those that routers shall know');
  }
  checkNumbers(bgp, problems);
  checkAddresses(bgp, vips, problems);
}

function checkNumbers({ asn, routerId, neighbors }: Bgp, problems: Problems): void {
  for (const number of new Set([asn, ...neighbors.map((neighbor) => neighbor.asn)])) {
    if (!RESERVED_ASNS.includes(number)) continue;
    const at = number === asn ? [...PATH, 'asn'] : [...PATH, 'neighbors'];
    problems.fault(at, `${number} is reserved, no router has it`, 'write a private one: 64512 to 65534');
  }
  if (routerId?.family === 6) {
    problems.fault(
      [...PATH, 'routerId'],
      `a BGP identifier is written as an IPv4 address, found ${routerId.text}`,
      "write one of the balancer's IPv4 addresses; it need not be reachable",
    );
  }
}

/** In the model neighbors are sorted, so that the list as a whole is the place to point at. */
function checkAddresses({ neighbors }: Bgp, vips: Parts['vips'], problems: Problems): void {
  const at = [...PATH, 'neighbors'];
  const owners = new Map(
    vips.flatMap(({ value }) => value.addresses.map(({ text }) => [text, value.id] as const)),
  );
  const seen = new Set<string>();
  for (const { address, source } of neighbors) {
    const { text, family } = address;
    if (seen.has(text)) problems.fault(at, `${text} is listed twice`, 'list each neighbor once');
    seen.add(text);
    const vip = owners.get(text);
    if (vip !== undefined) {
      problems.fault(at, `${text} is an address of VIP ${vip}`, "write the router's address");
    }
    if (!source) continue;
    if (source.family !== family) {
      problems.fault(
        at,
        `the source ${source.text} is IPv${source.family}, the neighbor ${text} is not`,
        `write the balancer's IPv${family} address`,
      );
    }
    const owner = owners.get(source.text);
    if (source.text === text || owner !== undefined) {
      problems.fault(
        at,
        `the source ${source.text} is ${source.text === text ? 'the neighbor' : `VIP ${owner}`} itself`,
        "write the balancer's own address",
      );
    }
  }
}
