import type { Node, PortRange, Vip } from './model.ts';
import type { Located, Parts } from './parts.ts';
import { formatPorts } from './ports.ts';
import type { Path, Problems } from './problems.ts';
import { nodeSignallingPort } from './signalling.ts';

/** A node's wish for ports in some space where ports are unique. */
interface Claim {
  readonly ports: PortRange;
  readonly node: Node;
  /** Position of the node in the document: of two that collide, the later is told. */
  readonly order: number;
  readonly path: Path;
}

/** Claims by the space that they are in. */
type Spaces = Map<string, Claim[]>;

/**
 * No two nodes have one port: behind a VIP for media, behind a VIP for signalling where nodes have
 * ports of their own there, and on one host where several nodes share its address.
 */
export function checkSockets(parts: Parts, problems: Problems): void {
  const vips = new Map(parts.vips.map((vip) => [vip.value.id, vip]));
  const media: Spaces = new Map();
  const signalling: Spaces = new Map();
  const hosts: Spaces = new Map();
  parts.nodes.forEach((located, order) => {
    const vip = vips.get(located.value.vip);
    if (!vip) return;
    claimMedia(media, located, order);
    const known = (...keys: string[]) => problems.isSound([...vip.path, ...keys]);
    // Ports of nodes follow from the VIP's ports, and whose address they listen on from its forwarding.
    if (known('media') && known('signalling')) claimSignalling(signalling, located, vip.value, order);
    if (known('forwarding')) claimHost(hosts, located, vip.value, order);
  });
  const collisions = (spaces: Spaces) => [...spaces.values()].flatMap(findCollisions);
  for (const { later, earlier } of collisions(media)) {
    problems.fault(
      later.path,
      `${formatPorts(later.ports)} overlaps ${formatPorts(earlier.ports)} of node ${earlier.node.id} behind the same VIP`,
      'a media port leads to one node; give each node its own',
    );
  }
  for (const { later, earlier } of collisions(signalling)) {
    problems.fault(
      later.path,
      `gets port ${formatPorts(later.ports)} of the VIP, which node ${earlier.node.id} has already`,
      'give each node its own port of signalling.ports',
    );
  }
  for (const { later, earlier } of collisions(hosts)) {
    if (problems.isFaulty(later.path)) continue;
    problems.fault(
      later.path,
      `${formatPorts(later.ports)} is taken by node ${earlier.node.id} (${formatPorts(earlier.ports)}) on the same address`,
      'nodes on one host need different ports; is the address its own?',
    );
  }
}

function claimMedia(spaces: Spaces, { path, value: node }: Located<Node>, order: number): void {
  if (node.mediaPorts) {
    add(spaces, node.vip, { ports: node.mediaPorts, node, order, path: [...path, 'mediaPorts'] });
  }
}

function claimSignalling(
  spaces: Spaces,
  { path, value: node }: Located<Node>,
  vip: Vip,
  order: number,
): void {
  const port = nodeSignallingPort(vip, node);
  if (port === null) return;
  add(spaces, node.vip, { ports: single(port), node, order, path: [...path, 'signallingPort'] });
}

/**
 * With NAT a node listens on its own address. With direct server return and tunnels it listens on the
 * VIP, which another node on the same host may do for another VIP.
 */
function claimHost(spaces: Spaces, { path, value: node }: Located<Node>, vip: Vip, order: number): void {
  const claim = (space: string, ports: PortRange, key: string): void =>
    add(spaces, space, { ports, node, order, path: [...path, key] });
  for (const { text } of node.addresses) {
    const served = vip.forwarding === 'nat' ? text : `${text} ${vip.id}`;
    for (const protocol of vip.media?.protocols ?? []) {
      if (node.mediaPorts) claim(`${protocol} ${served}`, node.mediaPorts, 'mediaPorts');
    }
    if (node.signallingPort !== null) claim(`tcp ${served}`, single(node.signallingPort), 'signallingPort');
    if (node.healthPort !== null) claim(`tcp ${text}`, single(node.healthPort), 'healthPort');
    if (node.stunPort !== null) claim(`udp ${text}`, single(node.stunPort), 'stunPort');
  }
}

/**
 * A sweep from low ports to high: each claim against the claims of two other nodes that reach furthest.
 * Whatever else overlaps it overlaps one of these. O(n log n).
 */
function findCollisions(claims: Claim[]): { later: Claim; earlier: Claim }[] {
  const found: { later: Claim; earlier: Claim }[] = [];
  let furthest: Claim | undefined;
  let second: Claim | undefined;
  for (const claim of claims.sort((a, b) => a.ports.first - b.ports.first || a.order - b.order)) {
    const rival = furthest?.order === claim.order ? second : furthest;
    if (rival && rival.ports.last >= claim.ports.first) {
      found.push(
        rival.order < claim.order ? { later: claim, earlier: rival } : { later: rival, earlier: claim },
      );
    }
    if (!furthest || claim.ports.last > furthest.ports.last) {
      if (furthest && furthest.order !== claim.order) second = furthest;
      furthest = claim;
    } else if (claim.order !== furthest.order && (!second || claim.ports.last > second.ports.last)) {
      second = claim;
    }
  }
  return found.sort((a, b) => a.later.order - b.later.order);
}

function add(spaces: Spaces, space: string, claim: Claim): void {
  const claims = spaces.get(space);
  if (claims) claims.push(claim);
  else spaces.set(space, [claim]);
}

function single(port: number): PortRange {
  return { first: port, last: port };
}
