/**
 * Reads `nft list ruleset`, or a file for `nft -f`: rules that translate destinations (`dnat`), by maps as
 * RoomLB makes them or one by one. What a ruleset says beside that is not about balancing.
 */
import type { IpAddress, PortRange, Protocol } from '../../topology/model.ts';
import { parseAddress } from '../../topology/address.ts';
import { overlapPorts } from '../../topology/ports.ts';
import { readBracedLines, type ReadLine } from '../reading/lines.ts';
import { endpointOf, idOf, portOf, portsOf, unread, wholeOf } from '../reading/values.ts';
import { member, service, type Seen, type SeenMember, type SeenService, type Unread } from '../seen.ts';
import { readSets, type ReadElement, type ReadSets } from './read-sets.ts';

/** `dnat ip to ip daddr . udp dport map @media_udp4` */
const BY_MAP = /^dnat ip6? to ip6? daddr \. (udp|tcp) dport map @(\S+)$/;
/** `ip daddr A tcp dport P dnat ip to numgen inc mod 4 map { 0 : A . P, … }` */
const BY_DRAW =
  /^ip6? daddr (\S+) (tcp|udp) dport ([0-9-]+) dnat ip6? to (numgen|jhash) .* map \{ (.+) \}(?: comment "([^"]*)")?$/;
/** `ip daddr A udp dport P dnat to B:Q` */
const PLAIN =
  /^ip6? daddr (\S+) (tcp|udp) dport ([0-9-]+) (?:counter (?:packets [0-9]+ bytes [0-9]+ )?)?dnat (?:ip6? )?to (\S+)/;
/** `ip daddr A udp dport 40000-40019 ct timeout set "udp_60"` */
const IDLE = /^ip6? daddr (\{ .+ \}|\S+) (udp|tcp) dport (\{ .+ \}|\S+) ct timeout set "[a-z]+_([0-9]+)"$/;
/** `meta l4proto udp ct status dnat ct original ip daddr A ct original proto-dst P masquerade` */
const SOURCE =
  /^meta l4proto (udp|tcp) ct status dnat ct original ip6? daddr (\{ .+ \}|\S+) ct original proto-dst (\{ .+ \}|\S+) masquerade$/;

/** Ports of some addresses. */
interface Part {
  readonly protocol: Protocol;
  readonly addresses: readonly string[];
  readonly ports: readonly PortRange[];
}

export function readBack(text: string): Seen {
  const { sets, rest } = readSets(text);
  const services: SeenService[] = [];
  const bad: Unread[] = [];
  const idle: (Part & { readonly seconds: number })[] = [];
  const source: Part[] = [];
  for (const line of everyLine(readBracedLines(rest, '#'))) {
    const timeout = IDLE.exec(line.text);
    const masquerade = SOURCE.exec(line.text);
    if (timeout) idle.push({ ...partOf(timeout[2], timeout[1], timeout[3]), seconds: Number(timeout[4]) });
    else if (masquerade) source.push(partOf(masquerade[1], masquerade[2], masquerade[3]));
    else if (/\bdnat\b/.test(line.text)) {
      const read = byMap(line, sets) ?? byDraw(line, sets) ?? plain(line);
      if (read) services.push(...read);
      else bad.push(unread(line));
    }
  }
  return {
    services: services.map((one) => ({
      ...one,
      idleTimeout: idle.find((part) => covers(part, one))?.seconds ?? null,
      snat: source.some((part) => covers(part, one)),
    })),
    vrrp: [],
    unread: bad,
  };
}

function everyLine(lines: readonly ReadLine[]): ReadLine[] {
  return lines.flatMap((line) => [line, ...everyLine(line.body)]);
}

function partOf(protocol = '', addresses = '', ports = ''): Part {
  const list = (text: string) => text.replace(/^\{ | \}$/g, '').split(', ');
  return {
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    addresses: list(addresses),
    ports: list(ports).map((one) => portsOf(one) ?? { first: 0, last: 0 }),
  };
}

function covers({ protocol, addresses, ports }: Part, one: SeenService): boolean {
  return (
    protocol === one.protocol &&
    addresses.includes(one.address.text) &&
    ports.some((range) => overlapPorts(range, one.ports))
  );
}

function byMap({ text }: ReadLine, sets: ReadSets): SeenService[] | undefined {
  const [, protocol, name = ''] = BY_MAP.exec(text) ?? [];
  const elements = sets.get(name);
  if (protocol === undefined || !elements) return undefined;
  return elements.flatMap((element) => {
    const { line, key, value } = element;
    const [where = '', range] = key.split(' . ');
    const [address, ports] = [parseAddress(where), portsOf(range)];
    const to = targetOf(value ?? '');
    if (!address || !ports || !to) return [];
    const { vip, node } = ownerOf(element.comment);
    return [
      service({
        line,
        vip,
        role: node === null ? null : to.port === null ? 'media' : 'node-signalling',
        address,
        protocol: protocol === 'udp' ? 'udp' : 'tcp',
        ports,
        members: [member({ line, node, ...to, weight: 1 })],
      }),
    ];
  });
}

function byDraw({ number, text }: ReadLine, sets: ReadSets): SeenService[] | undefined {
  const [, where = '', protocol, port, how, entries = '', comment] = BY_DRAW.exec(text) ?? [];
  const [address, ports] = [parseAddress(where), portsOf(port)];
  if (!address || !ports) return undefined;
  const weights = new Map<string, number>();
  for (const entry of entries.split(', ')) {
    const [slots = '', to = ''] = entry.split(' : ');
    const [first, last] = slots.split('-', 2).map(wholeOf);
    if (first === undefined) return undefined;
    weights.set(to, (weights.get(to) ?? 0) + (last ?? first) - first + 1);
  }
  const owners = sets.get(`members${address.family}`) ?? [];
  const [vip] = (comment ?? '').split('/', 1);
  const drawn = [...weights].flatMap(([text, weight]): SeenMember[] => {
    const to = targetOf(text);
    if (!to) return [];
    const owner = owners.find(({ key }) => key === text);
    return [member({ line: number, node: ownerOf(owner?.comment ?? null).node, ...to, weight })];
  });
  return [
    service({
      line: number,
      vip: idOf(vip),
      role: idOf(vip) === null ? null : 'signalling',
      address,
      protocol: protocol === 'udp' ? 'udp' : 'tcp',
      ports,
      // How long a source stays is as long as the members do: the hash has no end.
      persistence: how === 'jhash' ? LONGEST : null,
      members: [...drawn, ...idleMembers(owners, idOf(vip), weights)],
    }),
  ];
}

/** `persistence` of a hash, which does not forget: a day. */
const LONGEST = 86_400;

/** Those of the VIP that take nothing new are not drawn, but known. */
function idleMembers(
  owners: readonly ReadElement[],
  vip: string | null,
  drawn: ReadonlyMap<string, number>,
): SeenMember[] {
  return owners.flatMap(({ line, key, comment }) => {
    const owner = ownerOf(comment);
    const to = targetOf(key);
    if (drawn.has(key) || owner.vip !== vip || owner.node === null || !to) return [];
    return [member({ line, node: owner.node, ...to, weight: 0, usable: false })];
  });
}

function plain({ number, text }: ReadLine): SeenService[] | undefined {
  const [, where = '', protocol, port, to] = PLAIN.exec(text) ?? [];
  const [address, ports, target] = [parseAddress(where), portsOf(port), endpointOf(to)];
  if (!address || !ports || !target) return undefined;
  return [
    service({
      line: number,
      address,
      protocol: protocol === 'udp' ? 'udp' : 'tcp',
      ports,
      members: [member({ line: number, ...target, weight: 1 })],
    }),
  ];
}

/** `10.0.0.1` or `10.0.0.1 . 4443`. */
function targetOf(text: string): { address: IpAddress; port: number | null } | undefined {
  const [where = '', port] = text.split(' . ');
  const address = parseAddress(where);
  return address && { address, port: portOf(port) ?? null };
}

/** Comments that RoomLB writes: `public/sfu-1`. */
function ownerOf(comment: string | null): { vip: string | null; node: string | null } {
  const [vip, node, ...more] = (comment ?? '').split('/');
  return more.length > 0 ? { vip: null, node: null } : { vip: idOf(vip), node: idOf(node) };
}
