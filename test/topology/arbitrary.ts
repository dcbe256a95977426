/**
 * Topologies that validation accepts, for property tests: 1 to 3 VIPs in every forwarding mode, nodes with
 * awkward ids, IPv4, IPv6 and both, every TLS mode, shared and per-node signalling ports.
 */
import fc from 'fast-check';
import type {
  AdminState,
  IpAddress,
  Media,
  Node,
  Signalling,
  Topology,
  Vip,
} from '../../src/topology/model.ts';
import type { Bgp } from '../../src/topology/routing/routing.ts';
import { DEFAULTS } from './topology-of.ts';

/** Prefixes of each other, dots, dashes and digits: what breaks naive matching and naming. */
const NODE_IDS = ['n', 'n1', 'n10', 'n-1', 'n.1', 'sfu-1', 'sfu-10', 'sfu-1.a', '0', 'a'.repeat(63)];
/** The same where ids are labels of DNS names. */
const DNS_IDS = NODE_IDS.map((id) => id.replace('.', '-')).map((id, i, all) =>
  all.indexOf(id) === i ? id : `${id}-dot`,
);
const VIP_IDS = ['public', 'edge', 'public-media'];
/** Media ports of one VIP, and how many of them a node can have. */
const MEDIA = { first: 40000, last: 49999 };
const WORKERS = 8;
/** Signalling ports, one per node. */
const SIGNALLING = { first: 20_000, last: 20_999 };

interface NodeShape {
  weight: number;
  workers: number;
  state: AdminState;
  zone: string | null;
  healthPort: boolean;
  stunPort: boolean;
  families: 'both' | '4' | '6';
  /** Names no signalling port where it need not. */
  inherits: boolean;
}

interface VipShape {
  forwarding: Vip['forwarding'];
  families: 'both' | '4' | '6';
  /** A second address of the same family. */
  second: boolean;
  snat: boolean;
  vrrp: boolean;
  route: Vip['route'];
  signalling: 'none' | 'path' | 'sni' | 'passthrough' | 'terminate';
  nodePorts: boolean;
  persistence: number | null;
  media: Media | null;
  nodes: NodeShape[];
}

/** Neighbors of one family, of both with everything set, and none. */
const BGPS: readonly (Bgp | null)[] = [
  null,
  {
    asn: 65_010,
    routerId: null,
    holdTime: 9,
    neighbors: [
      { address: { family: 4, text: '192.0.2.1' }, asn: 65_000, source: null, multihop: null, bfd: false },
    ],
  },
  {
    asn: 4_200_000_000,
    routerId: { family: 4, text: '192.0.2.9' },
    holdTime: 30,
    neighbors: [
      {
        address: { family: 4, text: '192.0.2.1' },
        asn: 65_000,
        source: { family: 4, text: '192.0.2.9' },
        multihop: 3,
        bfd: true,
      },
      {
        address: { family: 6, text: '2001:db8:9::1' },
        asn: 4_200_000_000,
        source: { family: 6, text: '2001:db8:9::9' },
        multihop: null,
        bfd: true,
      },
    ],
  },
];

/** Objects as programs make them, so that deep equality is about their contents. */
const PLAIN = { noNullPrototype: true } as const;

const families = fc.constantFrom('both', '4', '6');

function nodeShape(): fc.Arbitrary<NodeShape> {
  return fc.record(
    {
      weight: fc.constantFrom(0, 1, 50, 100, 255),
      workers: fc.integer({ min: 1, max: WORKERS }),
      state: fc.constantFrom('active', 'active', 'active', 'draining', 'disabled'),
      zone: fc.constantFrom('a', 'b', null),
      healthPort: fc.boolean(),
      stunPort: fc.boolean(),
      families,
      inherits: fc.boolean(),
    },
    PLAIN,
  );
}

function vipShape(maxNodes: number): fc.Arbitrary<VipShape> {
  return fc.record(
    {
      forwarding: fc.constantFrom('nat', 'nat', 'dsr', 'tunnel'),
      families,
      second: fc.boolean(),
      snat: fc.boolean(),
      vrrp: fc.boolean(),
      route: fc.constantFrom(
        null,
        { watermark: 0.01, communities: [], med: null },
        { watermark: 0.5, communities: ['65010:100', '65011:0'], med: 0 },
      ),
      signalling: fc.constantFrom('none', 'path', 'sni', 'passthrough', 'terminate'),
      nodePorts: fc.boolean(),
      persistence: fc.constantFrom(null, 300),
      media: fc.oneof(
        fc.constant(null),
        fc.record(
          {
            protocols: fc.constantFrom<Media['protocols']>(['udp', 'tcp'], ['udp'], ['tcp']),
            ports: fc.constant(MEDIA),
            idleTimeout: fc.constantFrom(30, 60, 3600),
            drain: fc.constantFrom('keep-flows', 'flush'),
          },
          PLAIN,
        ),
      ),
      nodes: fc.array(nodeShape(), { minLength: 1, maxLength: maxNodes }),
    },
    PLAIN,
  );
}

/** @param certificate PEM file that `terminate` names; engines want to read it */
export function topologies(
  options: { maxNodes?: number; certificate?: string } = {},
): fc.Arbitrary<Topology> {
  const { maxNodes = 5, certificate = '/etc/roomlb/cluster.pem' } = options;
  return fc
    .tuple(
      fc.array(vipShape(maxNodes), { minLength: 1, maxLength: VIP_IDS.length }),
      fc.constantFrom(...BGPS),
    )
    .map(([shapes, bgp]) => build(shapes, bgp, certificate));
}

function build(shapes: readonly VipShape[], bgp: Bgp | null, certificate: string): Topology {
  const vips = shapes.map((shape, v) => buildVip(shape, v, certificate));
  const nodes = shapes.flatMap((shape, v) =>
    shape.nodes.map((node, n) => buildNode(shape, vips[v]!, node, v, n)),
  );
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  return {
    cluster: 'test-1',
    ...DEFAULTS,
    nodeRanges: bgp && ['0.0.0.0/0', '::/0'],
    bgp,
    vips: vips.sort(byId),
    nodes: nodes.sort(byId),
  };
}

function pick(kind: 'both' | '4' | '6', four: string, six: string): IpAddress[] {
  const addresses: IpAddress[] = [
    { family: 4, text: four },
    { family: 6, text: six },
  ];
  return kind === 'both' ? addresses : addresses.filter(({ family }) => String(family) === kind);
}

function buildVip(shape: VipShape, v: number, certificate: string): Vip {
  const addresses = [
    ...pick(shape.families, `203.0.113.${10 + v}`, `2001:db8::${10 + v}`),
    ...(shape.second ? pick(shape.families, `203.0.113.${20 + v}`, `2001:db8::${20 + v}`).slice(0, 1) : []),
  ];
  return {
    id: VIP_IDS[v]!,
    addresses,
    forwarding: shape.forwarding,
    snat: shape.snat && shape.forwarding === 'nat',
    signalling: buildSignalling(shape, certificate),
    media: shape.media,
    vrrp: shape.vrrp
      ? {
          interface: v === 0 ? 'eth0' : `Vlan${v}`,
          routerId: 50 + v,
          priority: 150,
          advertInterval: 1,
          source: null,
          peers: [],
        }
      : null,
    route: shape.route,
  };
}

function buildSignalling(shape: VipShape, certificate: string): Signalling | null {
  if (shape.signalling === 'none') return null;
  const tls = tlsOf(shape);
  return {
    // Where no port is translated, a node cannot answer on a shared port and on one of its own.
    port: shape.nodePorts && shape.forwarding !== 'nat' ? null : 443,
    ports: shape.nodePorts ? SIGNALLING : null,
    domain: shape.signalling === 'sni' ? 'sfu.example.net' : null,
    host: null,
    tls,
    certificate: tls === 'terminate' ? certificate : null,
    idleTimeout: 3600,
    persistence: shape.persistence,
  };
}

/** TLS can end on the balancer only where answers come back through it. */
function tlsOf({ signalling, forwarding }: VipShape): Signalling['tls'] {
  if (signalling === 'path') return 'off';
  return signalling === 'terminate' && forwarding === 'nat' ? 'terminate' : 'passthrough';
}

/** Of its own where ports are per node and there is nothing to translate, or to derive one from. */
function signallingPortOf(
  shape: VipShape,
  vip: Vip,
  node: NodeShape,
  n: number,
): Pick<Node, 'signallingPort' | 'inheritsSignallingPort'> {
  const own = (port: number) => ({ signallingPort: port, inheritsSignallingPort: false });
  const { signalling } = vip;
  if (!signalling) return { signallingPort: null, inheritsSignallingPort: true };
  const untranslated = shape.forwarding !== 'nat';
  if (signalling.ports && (untranslated || !vip.media)) return own(SIGNALLING.first + n);
  if (node.inherits) return { signallingPort: signalling.port, inheritsSignallingPort: true };
  return own(untranslated ? 443 : 4443);
}

function buildNode(shape: VipShape, vip: Vip, node: NodeShape, v: number, n: number): Node {
  const ids = vip.signalling?.domain ? DNS_IDS : NODE_IDS;
  const suffix = n < ids.length ? ids[n]! : `node-${n}`;
  const four = `10.0.${v + 1}.${11 + n}`;
  const six = `fd00:${v + 1}::${11 + n}`;
  const kinds = node.families === 'both' || shape.families !== 'both' ? shape.families : node.families;
  const first = MEDIA.first + n * WORKERS;
  return {
    // Ids are unique in the cluster, and at most 63 characters.
    id: v === 0 ? suffix : `${suffix.slice(0, 60)}${vip.signalling?.domain ? '-' : '.'}v${v}`,
    kind: n % 4 === 3 ? 'janus' : 'mediasoup',
    vip: vip.id,
    addresses: pick(kinds, four, six),
    zone: node.zone,
    weight: node.weight,
    ...signallingPortOf(shape, vip, node, n),
    mediaPorts: vip.media ? { first, last: first + node.workers - 1 } : null,
    healthPort: node.healthPort ? 8081 : null,
    stunPort: node.stunPort ? 3478 : null,
    state: node.state,
  };
}
