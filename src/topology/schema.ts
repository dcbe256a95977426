/**
 * The document as users write it: TypeBox schemas, from which come the types of what is read, the checks
 * of its shape, and the JSON Schema that editors complete from. Every property tells the reader of an
 * editor's tooltip what it means. No two alternatives of a union have the same JSON type, so that a
 * message can say in one sentence what is expected.
 */
import Type from 'typebox';
import {
  ADMIN_STATES,
  ALGORITHMS,
  DRAIN_POLICIES,
  FORWARDING_MODES,
  NODE_KINDS,
  PROTOCOLS,
  TLS_MODES,
} from './model.ts';
import { BalancersSchema } from './balancers/schema.ts';
import { HealthSchema } from './health/schema.ts';
import { MaintenanceSchema } from './maintenance/schema.ts';
import { PinsSchema } from './pins/schema.ts';
import { BgpSchema, RouteSchema } from './routing/schema.ts';
import { FILE_PATTERN, HOST_PATTERN, INTERFACE_PATTERN } from './patterns.ts';
import {
  address,
  addresses,
  choice,
  duration,
  id,
  mapping,
  offOr,
  port,
  portRange,
  ranges,
} from './schema-parts.ts';

const { Optional } = Type;

export const PlacementSchema = mapping('How rooms are given to nodes.', {
  algorithm: Optional(
    choice(
      ALGORITHMS,
      'maglev',
      'maglev: even and fast, look-ups in a table. rendezvous: no table, moves the fewest rooms when nodes change. ring: the classic consistent-hash ring.',
    ),
  ),
  tableSize: Optional(
    Type.Integer({
      minimum: 251,
      maximum: 16_777_216,
      default: 65_537,
      examples: [65_537, 655_373],
      description:
        'Rows of the Maglev table: a prime greater than the number of nodes, best a hundred times as many.',
    }),
  ),
  loadBound: Optional(
    offOr(
      Type.Number({ minimum: 1, maximum: 100 }),
      'No node holds more than this many times its weighted share of the rooms; off lifts the bound.',
      { default: 1.25, examples: [1.25, 'off'] },
    ),
  ),
  movesPerSecond: Optional(
    offOr(
      Type.Number({ minimum: 0.1, maximum: 1000 }),
      'Rooms of a node that lost them move by themselves, at most this many to one node in a second, so that not all ' +
        'their clients connect anew at once; off: each moves when it is asked for.',
      { default: 'off', examples: [20, 'off'] },
    ),
  ),
});

export const SignallingSchema = mapping(
  'Signalling (WebSocket over TCP). Needs port, ports, or both.',
  {
    port: Optional(port('Port of the VIP that all nodes share.', [443, 8443])),
    ports: Optional(portRange('Ports of the VIP that belong to one node each.', ['8443-8542'])),
    domain: Optional(
      Type.String({
        pattern: HOST_PATTERN,
        maxLength: 253,
        examples: ['sfu.example.net'],
        description:
          'Nodes are reached as <node>.<domain>, which the balancer sees in the TLS server name. Needs a wildcard DNS record and certificate; node ids must be lower-case DNS labels.',
      }),
    ),
    host: Optional(
      Type.String({
        pattern: HOST_PATTERN,
        maxLength: 253,
        examples: ['rooms.example.net'],
        description: 'DNS name of the VIP for signalling URLs. Without it they name its first address.',
      }),
    ),
    tls: Optional(
      offOr(
        choice(TLS_MODES),
        'off: plain ws://. passthrough: TLS ends on the node. terminate: TLS ends on the balancer. Default: terminate where certificate is set, else passthrough where domain is set, else off.',
        { examples: ['passthrough'] },
      ),
    ),
    certificate: Optional(
      Type.String({
        pattern: FILE_PATTERN,
        maxLength: 255,
        examples: ['/etc/roomlb/tls.pem'],
        description: 'PEM file on the balancer with certificate, chain and key. For tls: terminate.',
      }),
    ),
    idleTimeout: Optional(duration('How long a silent connection is kept, in whole seconds.', '1h')),
    persistence: Optional(
      duration(
        'How long a source address stays with its node, in whole seconds. Without it: no persistence.',
      ),
    ),
  },
  [{ port: 443, domain: 'sfu.example.net' }],
);

export const MediaSchema = mapping(
  'Media (RTP). Each node gets ports of the range, forwarded to it unchanged.',
  {
    protocols: Optional(
      Type.Array(choice(PROTOCOLS), {
        minItems: 1,
        uniqueItems: true,
        default: ['udp', 'tcp'],
        examples: [['udp', 'tcp'], ['udp']],
        description: 'Transport protocols of media.',
      }),
    ),
    ports: portRange('Ports of the VIP that nodes may take their mediaPorts from.', ['40000-49999']),
    idleTimeout: Optional(duration('How long a silent flow is remembered, in whole seconds.', '60s')),
    drain: Optional(
      choice(
        DRAIN_POLICIES,
        'keep-flows',
        'What draining does to flows that exist. keep-flows: they go on, new ones do not come. flush: they are cut.',
      ),
    ),
  },
  [{ ports: '40000-49999' }],
);

export const VrrpSchema = mapping(
  'Who holds the VIP among several balancers (VRRP, RFC 9568).',
  {
    interface: Type.String({
      pattern: INTERFACE_PATTERN,
      examples: ['eth0'],
      description: 'Network interface of the balancer that carries the VIP.',
    }),
    routerId: Type.Integer({
      minimum: 1,
      maximum: 255,
      examples: [51],
      description:
        'Virtual router id. No default, since two groups with one id on a network fight each other.',
    }),
    priority: Optional(
      Type.Integer({
        minimum: 1,
        maximum: 254,
        default: 100,
        examples: [100],
        description: 'The balancer with the highest priority holds the VIP.',
      }),
    ),
    advertInterval: Optional(duration('Time between advertisements, 1s to 40s.', '1s')),
    source: Optional(address("The balancer's own address, for unicast advertisements.", ['203.0.113.2'])),
    peers: Optional(
      Type.Array(address('Address of another balancer.', ['203.0.113.3']), {
        examples: [['203.0.113.3']],
        description: 'The other balancers, for unicast advertisements. Without it: multicast.',
      }),
    ),
  },
  [{ interface: 'eth0', routerId: 51 }],
);

export const VipSchema = mapping('A virtual IP: what clients connect to.', {
  id: id('Name of the VIP.', ['public']),
  addresses: addresses('IPv4 and IPv6 addresses of the VIP. URLs name the first.', [
    ['203.0.113.10', '2001:db8::10'],
  ]),
  forwarding: Optional(
    choice(
      FORWARDING_MODES,
      'nat',
      'nat: the balancer rewrites addresses both ways. dsr: only the link-layer address changes, the node answers clients directly from the VIP. tunnel: as dsr, through IPIP. In dsr and tunnel mode no port is translated.',
    ),
  ),
  snat: Optional(
    Type.Boolean({
      default: false,
      description:
        'With nat: rewrite the source address too, for nodes whose way back misses the balancer. Nodes then do not see client addresses.',
    }),
  ),
  signalling: Optional(SignallingSchema),
  media: Optional(MediaSchema),
  vrrp: Optional(VrrpSchema),
  route: Optional(RouteSchema),
});

export const NodeSchema = mapping('A media node: a real server behind a VIP.', {
  id: id('Name of the node.', ['sfu-1']),
  kind: choice(NODE_KINDS, undefined, 'Which media server runs on it.'),
  vip: id('Id of the VIP that the node stands behind.', ['public']),
  addresses: addresses(
    "The node's own address: one IPv4, one IPv6, or one of each. Nodes on one host may share it if none of their ports is the same, which is warned about.",
    [['10.0.1.11', 'fd00:1::11']],
  ),
  zone: Optional(id('Availability zone; a room may ask for one.', ['a'])),
  weight: Optional(
    Type.Integer({
      minimum: 0,
      maximum: 255,
      default: 100,
      examples: [100],
      description: 'Share of rooms and connections relative to other nodes. 0: none that are new.',
    }),
  ),
  signallingPort: Optional(
    port('Port of the node that signalling reaches. Default: the signalling.port of the VIP.', [4443]),
  ),
  mediaPorts: Optional(
    portRange(
      'Ports where media arrives, unique behind the VIP, the same on VIP and node. mediasoup: one per worker. janus: its rtp_port_range.',
      ['40000-40003'],
    ),
  ),
  healthPort: Optional(
    port('Port where the node answers GET /health. Default: monitors connect to signallingPort.', [9100]),
  ),
  stunPort: Optional(
    port(
      'UDP port where the node answers any STUN Binding request while it is well, for monitors of L4 devices (roomlb media-node: its healthPort). Default: none.',
      [9100],
    ),
  ),
  state: Optional(
    choice(
      ADMIN_STATES,
      'active',
      'active: takes rooms. draining: keeps its rooms, takes no new ones. disabled: its rooms move away.',
    ),
  ),
});

export const TopologySchema = mapping('A cluster of media nodes behind virtual IPs.', {
  cluster: id('Name of the cluster.', ['seoul-1']),
  placement: Optional(PlacementSchema),
  vips: Optional(
    Type.Array(VipSchema, {
      description:
        'The virtual IPs. Of none there is nothing to place rooms on: a cluster that begins by REST.',
    }),
  ),
  nodes: Optional(Type.Array(NodeSchema, { description: 'The media nodes.' })),
  nodeRanges: Optional(
    ranges(
      'Where addresses of nodes may be; any other is refused, in edits by REST too. Default: anywhere.',
      [['10.0.0.0/8', 'fd00::/8']],
    ),
  ),
  health: Optional(HealthSchema),
  bgp: Optional(BgpSchema),
  pins: Optional(PinsSchema),
  maintenance: Optional(MaintenanceSchema),
  balancers: Optional(BalancersSchema),
});

/**
 * The published JSON Schema: draft-07, which every editor completes from, and of whose keywords only
 * those are used that mean the same in draft 2020-12 and OpenAPI 3.1. It takes whatever the parser takes
 * (cross-references and address syntax are beyond it). Plain data, fresh for each caller.
 */
export function topologyJsonSchema(): Record<string, unknown> {
  const { description, ...rest } = JSON.parse(JSON.stringify(TopologySchema)) as Record<string, unknown>;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:roomlb:topology',
    title: 'RoomLB topology',
    description,
    ...rest,
  };
}

/** Documents as they are written, in types. */
export type VipDocument = Type.Static<typeof VipSchema>;
export type NodeDocument = Type.Static<typeof NodeSchema>;
export type PlacementDocument = Type.Static<typeof PlacementSchema>;
export type TopologyDocument = Type.Static<typeof TopologySchema>;

/** One that says which VIPs and nodes there are, if none. */
export type FullTopologyDocument = TopologyDocument & Required<Pick<TopologyDocument, 'vips' | 'nodes'>>;
