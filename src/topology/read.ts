/**
 * From a document of the right shape to the model: values parsed, defaults filled in. What could not be
 * read has been reported, and is a stand-in here (no id is the empty id); such a topology goes on only to
 * be checked further.
 */
import {
  DEFAULT_MEDIA_IDLE,
  DEFAULT_PLACEMENT,
  DEFAULT_SIGNALLING_IDLE,
  DEFAULT_VRRP_ADVERT,
  DEFAULT_VRRP_PRIORITY,
  DEFAULT_WEIGHT,
  MAX_DURATION,
  MAX_VRRP_ADVERT,
} from './defaults.ts';
import { compareText } from './compare.ts';
import { PROTOCOLS, type IpAddress, type Media, type Node, type Placement } from './model.ts';
import type { PortRange, Signalling, TlsMode, Vip, Vrrp } from './model.ts';
import type { Path, Problems } from './problems.ts';
import { readRoute } from './routing/read-routing.ts';
import type { NodeDocument, PlacementDocument, VipDocument } from './schema.ts';
import type { Partly } from './shape.ts';
import { readAddress, readDuration, readPorts } from './values.ts';

type SignallingDocument = NonNullable<Partly<VipDocument>['signalling']>;
type MediaDocument = NonNullable<Partly<VipDocument>['media']>;
type VrrpDocument = NonNullable<Partly<VipDocument>['vrrp']>;

export function readPlacement(raw: Partly<PlacementDocument>): Placement {
  const { algorithm, tableSize, loadBound, movesPerSecond } = raw;
  return {
    algorithm: algorithm ?? DEFAULT_PLACEMENT.algorithm,
    tableSize: tableSize ?? DEFAULT_PLACEMENT.tableSize,
    loadBound:
      typeof loadBound === 'number'
        ? loadBound
        : loadBound === undefined
          ? DEFAULT_PLACEMENT.loadBound
          : null,
    movesPerSecond: typeof movesPerSecond === 'number' ? movesPerSecond : null,
  };
}

export function readNode(raw: Partly<NodeDocument>, path: Path, problems: Problems): Node {
  return {
    id: raw.id ?? '',
    kind: raw.kind ?? 'mediasoup',
    vip: raw.vip ?? '',
    addresses: readAddresses(raw.addresses, [...path, 'addresses'], problems),
    zone: raw.zone ?? null,
    weight: raw.weight ?? DEFAULT_WEIGHT,
    signallingPort: raw.signallingPort ?? null,
    inheritsSignallingPort: raw.signallingPort === undefined,
    mediaPorts: optionalPorts(raw.mediaPorts, [...path, 'mediaPorts'], problems),
    healthPort: raw.healthPort ?? null,
    stunPort: raw.stunPort ?? null,
    state: raw.state ?? 'active',
  };
}

export function readVip(raw: Partly<VipDocument>, path: Path, problems: Problems): Vip {
  const { signalling, media, vrrp, route } = raw;
  return {
    id: raw.id ?? '',
    addresses: readAddresses(raw.addresses, [...path, 'addresses'], problems),
    forwarding: raw.forwarding ?? 'nat',
    snat: raw.snat ?? false,
    signalling: signalling ? readSignalling(signalling, [...path, 'signalling'], problems) : null,
    media: media ? readMedia(media, [...path, 'media'], problems) : null,
    vrrp: vrrp ? readVrrp(vrrp, [...path, 'vrrp'], problems) : null,
    route: route ? readRoute(route, [...path, 'route'], problems) : null,
  };
}

function readSignalling(raw: SignallingDocument, path: Path, problems: Problems): Signalling {
  const seconds = (key: 'idleTimeout' | 'persistence') =>
    raw[key] === undefined ? undefined : readDuration(raw[key], MAX_DURATION, [...path, key], problems);
  return {
    port: raw.port ?? null,
    ports: optionalPorts(raw.ports, [...path, 'ports'], problems),
    // Browsers lower-case server names, and DNS knows no case.
    domain: raw.domain?.toLowerCase() ?? null,
    host: raw.host?.toLowerCase() ?? null,
    tls: tlsOf(raw),
    certificate: raw.certificate ?? null,
    idleTimeout: seconds('idleTimeout') ?? DEFAULT_SIGNALLING_IDLE,
    persistence: seconds('persistence') ?? null,
  };
}

function tlsOf({ tls, certificate, domain }: SignallingDocument): TlsMode {
  if (tls !== undefined) return tls === false ? 'off' : tls;
  if (certificate !== undefined) return 'terminate';
  return domain === undefined ? 'off' : 'passthrough';
}

function readMedia(raw: MediaDocument, path: Path, problems: Problems): Media {
  const { protocols = PROTOCOLS, idleTimeout, drain = 'keep-flows' } = raw;
  const ports = optionalPorts(raw.ports, [...path, 'ports'], problems);
  const idle =
    idleTimeout === undefined
      ? undefined
      : readDuration(idleTimeout, MAX_DURATION, [...path, 'idleTimeout'], problems);
  return {
    protocols: PROTOCOLS.filter((protocol) => protocols.includes(protocol)),
    ports: ports ?? ALL_PORTS,
    idleTimeout: idle ?? DEFAULT_MEDIA_IDLE,
    drain,
  };
}

/** Stands in for a range that could not be read: nothing lies outside it. */
const ALL_PORTS: PortRange = { first: 1, last: 65_535 };

function readVrrp(raw: VrrpDocument, path: Path, problems: Problems): Vrrp {
  const { advertInterval: advert, source } = raw;
  const advertPath = [...path, 'advertInterval'];
  return {
    interface: raw.interface ?? '',
    routerId: raw.routerId ?? 0,
    priority: raw.priority ?? DEFAULT_VRRP_PRIORITY,
    advertInterval:
      (advert === undefined ? undefined : readDuration(advert, MAX_VRRP_ADVERT, advertPath, problems)) ??
      DEFAULT_VRRP_ADVERT,
    source: (source === undefined ? undefined : readAddress(source, [...path, 'source'], problems)) ?? null,
    peers: readAddresses(raw.peers, [...path, 'peers'], problems).sort(
      (a, b) => a.family - b.family || compareText(a.text, b.text),
    ),
  };
}

function readAddresses(
  raw: readonly (string | undefined)[] | undefined,
  path: Path,
  problems: Problems,
): IpAddress[] {
  return (raw ?? []).flatMap((text, index) => {
    const address = text === undefined ? undefined : readAddress(text, [...path, index], problems);
    return address ? [address] : [];
  });
}

function optionalPorts(raw: number | string | undefined, path: Path, problems: Problems): PortRange | null {
  return raw === undefined ? null : (readPorts(raw, path, problems) ?? null);
}
