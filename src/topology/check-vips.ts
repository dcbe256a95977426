import type { IpAddress, Media, Signalling, Vip, Vrrp } from './model.ts';
import type { Located, Parts } from './parts.ts';
import { containsPorts, formatPorts, overlapPorts } from './ports.ts';
import type { Path, Problems } from './problems.ts';

/** What each VIP says must agree with the rest of what it says. */
export function checkVips({ vips, vipsKnown }: Parts, problems: Problems): void {
  if (vips.length === 0 && vipsKnown) {
    problems.warn(
      ['vips'],
      'there is none, so that no room has a place',
      'add one here, or by PUT /v1/vips/{id}',
    );
  }
  for (const vip of vips) checkVip(vip, problems);
  checkRouterIds(vips, problems);
}

function checkVip({ path, value: vip, sound }: Located<Vip>, problems: Problems): void {
  if (sound && !vip.signalling && !vip.media) {
    problems.warn(path, `VIP ${vip.id} carries nothing`, 'add signalling:, media:, or both');
  }
  if (vip.snat && vip.forwarding !== 'nat') {
    problems.fault(
      [...path, 'snat'],
      `${vip.forwarding} leaves packets as they are, so that no source can be rewritten`,
      'write forwarding: nat, or leave snat out',
    );
  }
  if (vip.signalling) {
    const at = [...path, 'signalling'];
    checkSignallingPorts(vip, vip.signalling, at, problems);
    checkTls(vip, vip.signalling, at, problems);
    if (vip.media) checkPortsApart(vip.signalling, vip.media, at, problems);
  }
  if (vip.vrrp) checkVrrp(vip.vrrp, vip.addresses, [...path, 'vrrp'], problems);
}

function checkSignallingPorts(vip: Vip, { port, ports }: Signalling, path: Path, problems: Problems): void {
  if (port === null) {
    if (ports !== null || problems.isUnreadable([...path, 'ports'])) return;
    problems.fault([...path, 'port'], 'is missing, and so is ports', 'add port: 443, or ports: 8443-8542');
    return;
  }
  if (ports === null) return;
  if (containsPorts(ports, { first: port, last: port })) {
    problems.fault(
      [...path, 'ports'],
      `${formatPorts(ports)} contains signalling.port ${port}`,
      'a port is either shared by all nodes or belongs to one; move the range',
    );
  } else if (vip.forwarding !== 'nat') {
    problems.fault(
      [...path, 'ports'],
      `${vip.forwarding} translates no ports, so that a node cannot answer on port and on one of ports`,
      'leave out port or ports, or write forwarding: nat',
    );
  }
}

/** A certificate may go with a domain: the balancer then ends TLS for <node>.<domain>. */
function checkTls(vip: Vip, signalling: Signalling, path: Path, problems: Problems): void {
  const { tls, certificate, domain, port } = signalling;
  if (tls === 'terminate') {
    if (certificate === null) {
      problems.fault(
        [...path, 'certificate'],
        'is missing, though TLS ends on the balancer',
        'add certificate: /etc/roomlb/tls.pem, or write tls: passthrough',
      );
    }
    if (vip.forwarding !== 'nat') {
      problems.fault(
        [...path, 'tls'],
        `TLS cannot end on the balancer in ${vip.forwarding} mode, where it does not see the answers`,
        'write forwarding: nat, or tls: passthrough without certificate',
      );
    }
  } else if (certificate !== null) {
    problems.fault(
      [...path, 'certificate'],
      `is of no use with tls: ${tls}`,
      'write tls: terminate, or leave the certificate out',
    );
  }
  if (tls === 'passthrough' && domain === null && port !== null) {
    problems.warn(
      [...path, 'tls'],
      'without domain no engine can see which node a client means, so that any node may answer',
      'add domain: sfu.example.net',
    );
  }
  if (tls === 'off' && port === 443) {
    problems.warn(
      [...path, 'port'],
      '443 is the port of https, but TLS is off: URLs will begin with ws://',
      'add domain: or certificate:, or write another port',
    );
  }
}

/** Told at the media's place, where the range is the easier to move. UDP media may use a TCP port's number. */
function checkPortsApart(signalling: Signalling, media: Media, path: Path, problems: Problems): void {
  if (!media.protocols.includes('tcp')) return;
  const at = [...path.slice(0, -1), 'media', 'ports'];
  const { port, ports } = signalling;
  if (port !== null && containsPorts(media.ports, { first: port, last: port })) {
    problems.fault(
      at,
      `${formatPorts(media.ports)} contains signalling.port ${port}, and both are TCP`,
      'move one of them, or write protocols: [udp]',
    );
  }
  if (ports !== null && overlapPorts(media.ports, ports)) {
    problems.fault(
      at,
      `${formatPorts(media.ports)} overlaps signalling.ports ${formatPorts(ports)}, and both are TCP`,
      'move one of them, or write protocols: [udp]',
    );
  }
}

/** Unicast VRRP: each balancer is some other address than the VIP, and no peer of itself. */
function checkVrrp(vrrp: Vrrp, addresses: readonly IpAddress[], path: Path, problems: Problems): void {
  const { source, peers } = vrrp;
  const own = new Set(addresses.map(({ text }) => text));
  if (source && own.has(source.text)) {
    problems.fault(
      [...path, 'source'],
      `${source.text} is the VIP itself`,
      "write the balancer's own address",
    );
  }
  const seen = new Set<string>();
  for (const { text } of peers) {
    if (own.has(text)) {
      problems.fault(
        [...path, 'peers'],
        `${text} is the VIP itself`,
        "write the other balancers' own addresses",
      );
    }
    if (text === source?.text) {
      problems.fault([...path, 'peers'], `${text} is the source as well`, 'list the other balancers only');
    }
    if (seen.has(text)) problems.fault([...path, 'peers'], `${text} is listed twice`, 'list each peer once');
    seen.add(text);
  }
  if (source && peers.length > 0 && peers.every(({ family }) => family !== source.family)) {
    problems.fault(
      [...path, 'source'],
      `${source.text} is IPv${source.family}, but no peer is`,
      `write the balancer's IPv${source.family === 4 ? 6 : 4} address`,
    );
  }
}

/** RFC 9568 section 5.2.3: the virtual router id is what tells groups on one network apart. */
function checkRouterIds(vips: readonly Located<Vip>[], problems: Problems): void {
  const owners = new Map<string, string>();
  for (const { path, value, sound } of vips) {
    if (!value.vrrp || !sound) continue;
    const { interface: device, routerId } = value.vrrp;
    const owner = owners.get(`${device} ${routerId}`);
    if (owner === undefined) owners.set(`${device} ${routerId}`, value.id);
    else {
      problems.fault(
        [...path, 'vrrp', 'routerId'],
        `VIP ${owner} has router id ${routerId} on ${device} as well`,
        'give each VIP on an interface its own router id',
      );
    }
  }
}
