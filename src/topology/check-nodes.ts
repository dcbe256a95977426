import type { Node, Signalling, Vip } from './model.ts';
import { nearest } from './nearest.ts';
import { addressPath, type Located, type Parts } from './parts.ts';
import { containsPorts, formatPorts } from './ports.ts';
import type { Problems } from './problems.ts';
import { nodeSignallingPort } from './signalling.ts';

/** One label of a DNS name in lower case, since that is how browsers send it (RFC 1123 section 2.1). */
const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Longest DNS name in text form (RFC 1035 section 3.1: 255 octets on the wire). */
const MAX_DNS_NAME = 253;

/** A VIP, and what of it could be read, so that nodes can be judged by it. */
interface Known {
  readonly vip: Vip;
  readonly addresses: boolean;
  readonly forwarding: boolean;
  readonly media: boolean;
  /** `port` and `ports`. */
  readonly ports: boolean;
  /** TLS, which follows from three keys. */
  readonly tls: boolean;
}

function knownOf({ path, value: vip }: Located<Vip>, problems: Problems): Known {
  const reads = (...keys: string[]) => problems.isSound([...path, ...keys]);
  return {
    vip,
    addresses: reads('addresses'),
    forwarding: reads('forwarding'),
    media: reads('media'),
    ports: reads('signalling', 'port') && reads('signalling', 'ports'),
    tls: ['tls', 'certificate', 'domain'].every((key) => reads('signalling', key)),
  };
}

/** What each node says must fit the VIP that it stands behind, as far as that VIP could be read. */
export function checkNodes({ vips, nodes, vipsKnown }: Parts, problems: Problems): void {
  const byId = new Map(vips.map((vip) => [vip.value.id, knownOf(vip, problems)]));
  for (const node of nodes) {
    const vip = byId.get(node.value.vip);
    if (vip) checkNode(node, vip, problems);
    if (vip !== undefined || !vipsKnown) continue;
    const ids = vips.map(({ value }) => value.id);
    const meant = nearest(node.value.vip, ids);
    problems.fault(
      [...node.path, 'vip'],
      `there is no VIP ${node.value.vip}`,
      meant === undefined
        ? `VIPs are: ${ids.slice(0, 10).join(', ') || 'none yet'}`
        : `did you mean "${meant}"?`,
    );
  }
}

function checkNode(node: Located<Node>, known: Known, problems: Problems): void {
  const { vip } = known;
  if (known.addresses) checkFamilies(node, vip, problems);
  if (known.media) checkMediaPorts(node, vip, problems);
  if (vip.signalling) checkSignalling(node, known, vip.signalling, problems);
  checkOwnPorts(node, known, problems);
}

function checkFamilies(node: Located<Node>, vip: Vip, problems: Problems): void {
  const offered = new Set(vip.addresses.map(({ family }) => family));
  const served = new Set(node.value.addresses.map(({ family }) => family));
  node.value.addresses.forEach(({ family, text }, index) => {
    if (offered.has(family)) return;
    problems.fault(
      addressPath(node, index),
      `${text} is IPv${family}, but VIP ${vip.id} has no IPv${family} address`,
      `add an IPv${family} address to the VIP, or leave this one out`,
    );
  });
  for (const family of offered) {
    if (served.has(family) || !problems.isSound([...node.path, 'addresses'])) continue;
    problems.warn(
      [...node.path, 'addresses'],
      `clients that reach VIP ${vip.id} by IPv${family} cannot reach ${node.value.id}`,
      `add the node's IPv${family} address`,
    );
  }
}

function checkMediaPorts({ path, value: node }: Located<Node>, vip: Vip, problems: Problems): void {
  const at = [...path, 'mediaPorts'];
  const { mediaPorts } = node;
  if (!vip.media) {
    if (mediaPorts) {
      problems.fault(at, `VIP ${vip.id} carries no media`, 'add media: to the VIP, or leave mediaPorts out');
    }
  } else if (!mediaPorts) {
    const range = formatPorts(vip.media.ports);
    problems.fault(
      at,
      `is missing, though VIP ${vip.id} carries media`,
      `add one port per worker, from ${range}`,
    );
  } else if (!containsPorts(vip.media.ports, mediaPorts)) {
    const range = formatPorts(vip.media.ports);
    problems.fault(
      at,
      `${formatPorts(mediaPorts)} lies outside ${range}, the media ports of VIP ${vip.id}`,
      `choose from ${range}, or widen media.ports of the VIP`,
    );
  }
}

function checkSignalling(
  { path, value: node }: Located<Node>,
  { vip, ...known }: Known,
  signalling: Signalling,
  problems: Problems,
): void {
  const { port, ports, domain } = signalling;
  if (domain !== null) checkName(node.id, domain, [...path, 'id'], problems);
  if (!known.ports) return;
  const at = [...path, 'signallingPort'];
  const own = node.signallingPort;
  if (own === null) {
    const range = ports ? formatPorts(ports) : 'signalling.ports';
    problems.fault(
      at,
      `is missing, and VIP ${vip.id} has no shared port to take it from`,
      `add one of ${range}`,
    );
    return;
  }
  if (!known.forwarding) return;
  const translates = vip.forwarding === 'nat';
  // Both at once are a fault of the VIP where nothing is translated.
  if (!translates && port !== null && ports !== null) return;
  if (!translates && port !== null && own !== port) {
    problems.fault(
      at,
      `must be ${port} as on VIP ${vip.id}, since ${vip.forwarding} translates no ports; found ${own}`,
      `write ${port}, or forwarding: nat on the VIP`,
    );
  } else if (!translates && ports !== null && !containsPorts(ports, { first: own, last: own })) {
    problems.fault(
      at,
      `must be one of ${formatPorts(ports)}, since ${vip.forwarding} translates no ports; found ${own}`,
      `write one of ${formatPorts(ports)}, or forwarding: nat on the VIP`,
    );
  } else if (ports !== null && known.media && nodeSignallingPort(vip, node) === null) {
    problems.fault(
      at,
      `${own} gets no port of its own in signalling.ports ${formatPorts(ports)} of VIP ${vip.id}`,
      vip.media
        ? 'write a port of that range, or make it as long as media.ports'
        : 'write a port of that range, since without media there is none to derive it from',
    );
  }
}

function checkName(id: string, domain: string, path: readonly (string | number)[], problems: Problems): void {
  if (id === '') return;
  if (!DNS_LABEL.test(id)) {
    problems.fault(
      path,
      `${id} cannot be the name of a host in ${domain}`,
      'write lower-case letters, digits and inner hyphens only, since browsers ask for <id>.<domain>',
    );
  } else if (id.length + 1 + domain.length > MAX_DNS_NAME) {
    problems.fault(path, `${id}.${domain} is too long for a DNS name`, 'shorten the id or signalling.domain');
  }
}

/**
 * A node's ports differ from each other. One exception: /health may be served on the signalling port
 * where nodes speak plain HTTP there, which they do unless TLS ends on them.
 */
function checkOwnPorts({ path, value: node }: Located<Node>, known: Known, problems: Problems): void {
  const { mediaPorts, signallingPort, healthPort } = node;
  const { signalling, media } = known.vip;
  const speaksTls = known.tls && signalling?.tls === 'passthrough';
  if (healthPort !== null && healthPort === signallingPort && speaksTls) {
    problems.fault(
      [...path, 'healthPort'],
      `${healthPort} is the signalling port, where the node speaks TLS, but monitors ask in plain HTTP`,
      'serve GET /health on another port',
    );
  }
  if (!mediaPorts) return;
  for (const [key, protocol] of OWN_PORTS) {
    const port = node[key];
    if (port === null || !media?.protocols.includes(protocol)) continue;
    if (!containsPorts(mediaPorts, { first: port, last: port })) continue;
    problems.fault(
      [...path, key],
      `${port} is one of the media ports ${formatPorts(mediaPorts)}, and both are ${protocol.toUpperCase()}`,
      'write another port',
    );
  }
}

const OWN_PORTS = [
  ['signallingPort', 'tcp'],
  ['healthPort', 'tcp'],
  ['stunPort', 'udp'],
] as const;
