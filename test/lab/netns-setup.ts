/** The commands that build a lab's network; see netns.ts for its picture. */
import type { IpAddress, Node, Topology } from '../../src/topology/model.ts';

/**
 * Addresses of the lab's own, from ranges that a topology under test has no reason to use: RFC 6598
 * shared address space and unique local IPv6.
 */
export const LAB = {
  lb: { 4: '100.64.77.1', 6: 'fd64:77::1' },
  client: { 4: '100.64.77.2', 6: 'fd64:77::2' },
  /** The client may send from any address in here: tests of source hashing and persistence need many. */
  clients: { 4: '100.64.78.0/24', 6: 'fd64:78::/64' },
} as const;

export interface LabNames {
  readonly sw: string;
  readonly lb: string;
  readonly client: string;
  readonly nodes: ReadonlyMap<string, string>;
}

export interface Step {
  readonly cmd: string;
  readonly args: readonly string[];
  readonly input?: string;
}

const FAMILIES = [4, 6] as const;
const EVERYWHERE = { 4: '0.0.0.0/0', 6: '::/0' } as const;

/** No duplicate address detection (it delays IPv6 by seconds), no redirects, no reverse path filter. */
const QUIET_IP = [
  'net.ipv6.conf.all.accept_dad=0',
  'net.ipv6.conf.default.accept_dad=0',
  'net.ipv4.conf.all.accept_redirects=0',
  'net.ipv4.conf.default.accept_redirects=0',
  'net.ipv6.conf.all.accept_redirects=0',
  'net.ipv6.conf.default.accept_redirects=0',
  'net.ipv4.conf.all.send_redirects=0',
  'net.ipv4.conf.default.send_redirects=0',
  'net.ipv4.conf.all.rp_filter=0',
  'net.ipv4.conf.default.rp_filter=0',
];
const FORWARDING = ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'];
/** Linux tells a client six times that a port is closed, and then once a second; tests count all. */
const EVERY_REFUSAL = ['net.ipv4.icmp_ratelimit=0', 'net.ipv6.icmp.ratelimit=0'];
/** IPv4 lets a socket bind to any address with a local route; IPv6 asks for this in addition. */
const ANY_SOURCE = ['net.ipv6.ip_nonlocal_bind=1'];

export function setupCommands(topology: Topology, names: LabNames, vipsOnBalancer: boolean): Step[] {
  const members = [names.lb, names.client, ...names.nodes.values()];
  const all = [names.sw, ...members];
  return [
    batch(
      [],
      all.map((ns) => `netns add ${ns}`),
    ),
    ...all.map((ns) => sysctl(ns, QUIET_IP)),
    sysctl(names.lb, [...FORWARDING, ...EVERY_REFUSAL]),
    sysctl(names.client, ANY_SOURCE),
    batch(['-n', names.sw], switchLines(members)),
    batch(['-n', names.lb], balancerLines(topology, vipsOnBalancer)),
    batch(['-n', names.client], clientLines(topology)),
    ...topology.nodes.map((node) => batch(['-n', names.nodes.get(node.id) ?? ''], nodeLines(topology, node))),
  ];
}

/** Created from within the switch's namespace, each link's far end straight in its own: never on the host. */
function switchLines(members: readonly string[]): string[] {
  return [
    'link add br0 type bridge forward_delay 0 stp_state 0 mcast_snooping 0',
    'link set br0 up',
    ...members.flatMap((ns, i) => [
      `link add p${i} type veth peer name eth0 netns ${ns}`,
      `link set p${i} master br0`,
      `link set p${i} up`,
    ]),
  ];
}

function balancerLines(topology: Topology, vipsOnBalancer: boolean): string[] {
  const vips = vipsOnBalancer ? topology.vips.flatMap((vip) => vip.addresses) : [];
  return [
    ...linkUp,
    ...FAMILIES.map((family) => address(family, LAB.lb[family])),
    ...vips.map((vip) => address(vip.family, vip.text)),
    ...FAMILIES.flatMap((family) => [
      `route add ${LAB.client[family]} dev eth0 src ${LAB.lb[family]}`,
      `route add ${LAB.clients[family]} via ${LAB.client[family]} dev eth0 src ${LAB.lb[family]}`,
    ]),
    ...topology.nodes
      .flatMap((node) => node.addresses)
      .map((to) => `route add ${to.text} dev eth0 src ${LAB.lb[to.family]}`),
  ];
}

function clientLines(topology: Topology): string[] {
  const targets = [...topology.vips.flatMap((vip) => vip.addresses)];
  return [
    ...linkUp,
    ...FAMILIES.flatMap((family) => [
      address(family, LAB.client[family]),
      `route add local ${LAB.clients[family]} dev lo`,
      `route add ${LAB.lb[family]} dev eth0 src ${LAB.client[family]}`,
    ]),
    ...targets.map((to) => viaBalancer(to.family, to.text, LAB.client[to.family])),
    ...topology.nodes.filter((node) => answersDirectly(topology, node)).flatMap(onLink),
  ];
}

function nodeLines(topology: Topology, node: Node): string[] {
  const direct = answersDirectly(topology, node);
  return [
    ...linkUp,
    ...node.addresses.map((own) => address(own.family, own.text)),
    ...node.addresses.flatMap(({ family }) => [
      `route add ${LAB.lb[family]} dev eth0`,
      ...(direct
        ? [
            `route add ${LAB.client[family]} dev eth0`,
            `route add ${LAB.clients[family]} via ${LAB.client[family]} dev eth0`,
          ]
        : []),
      viaBalancer(family, EVERYWHERE[family]),
    ]),
  ];
}

const linkUp = ['link set lo up', 'link set eth0 up'];

/** In dsr and tunnel mode the balancer never sees answers. */
function answersDirectly(topology: Topology, node: Node): boolean {
  return topology.vips.some((vip) => vip.id === node.vip && vip.forwarding !== 'nat');
}

function onLink(node: Node): string[] {
  return node.addresses.map((to: IpAddress) => `route add ${to.text} dev eth0`);
}

function viaBalancer(family: 4 | 6, to: string, source?: string): string {
  const src = source === undefined ? '' : ` src ${source}`;
  return `route add ${to} via ${LAB.lb[family]} dev eth0${src}`;
}

function address(family: 4 | 6, text: string): string {
  return family === 4 ? `address add ${text}/32 dev eth0` : `address add ${text}/128 dev eth0 nodad`;
}

function sysctl(ns: string, settings: readonly string[]): Step {
  return { cmd: 'ip', args: ['netns', 'exec', ns, 'sysctl', '-qw', ...settings] };
}

function batch(args: readonly string[], lines: readonly string[]): Step {
  return { cmd: 'ip', args: [...args, '-batch', '-'], input: `${lines.join('\n')}\n` };
}
