/** `bgp:` and the `route:` of a VIP as users write them. Same rules as `schema.ts` beside this folder. */
import Type from 'typebox';
import { COMMUNITY_PATTERN, PERCENT_PATTERN } from '../patterns.ts';
import { address, duration, mapping } from '../schema-parts.ts';
import { MAX_ASN } from './routing.ts';

const { Optional } = Type;

const asn = (description: string, example: number) =>
  Type.Integer({ minimum: 1, maximum: MAX_ASN, description, examples: [example] });

export const RouteSchema = mapping(
  'Announce the VIP to routers while it can be used. By BGP to the neighbors of bgp:, or by metallb on its own network.',
  {
    watermark: Optional(
      Type.String({
        pattern: PERCENT_PATTERN,
        default: '1%',
        examples: ['50%'],
        description:
          'The VIP is announced while at least this share of its nodes (disabled ones left out) is not down, and withdrawn below. Draining nodes count, since their flows still come this way. 1%: withdrawn when nobody is left. 0%: never. More is for where another site takes over.',
      }),
    ),
    communities: Optional(
      Type.Array(Type.String({ pattern: COMMUNITY_PATTERN, examples: ['65010:100'] }), {
        maxItems: 16,
        uniqueItems: true,
        description: 'Standard communities (RFC 1997) that the route bears.',
        examples: [['65010:100']],
      }),
    ),
    med: Optional(
      Type.Integer({
        minimum: 0,
        maximum: 4_294_967_295,
        examples: [100],
        description: 'Of several ways from one network, neighbors take the one with the lowest.',
      }),
    ),
  },
  [{ watermark: '50%' }],
);

export const NeighborSchema = mapping(
  "A router that is told the ways to VIPs, of its address's family: for VIPs of both families, one of each.",
  {
    address: address('Where it is reached.', ['203.0.113.1']),
    asn: asn('Its autonomous system.', 65_000),
    source: Optional(
      address("The balancer's own address towards it. Default: the one of the interface that leads there.", [
        '203.0.113.2',
      ]),
    ),
    multihop: Optional(
      Type.Integer({
        minimum: 2,
        maximum: 255,
        examples: [2],
        description: 'How many hops away it may be. Default: it is on the same network.',
      }),
    ),
    bfd: Optional(
      Type.Boolean({ default: false, description: 'Notice its loss by BFD, in less than a second.' }),
    ),
  },
);

export const BgpSchema = mapping(
  'The routers that balancers announce VIPs to (those with route:), for bird, frr, exabgp, gobgp and metallb.',
  {
    asn: asn('Autonomous system of the balancers.', 65_010),
    routerId: Optional(
      address('BGP identifier, an IPv4 address of the balancer. Default: the daemon takes one that it has.', [
        '203.0.113.2',
      ]),
    ),
    holdTime: Optional(duration('How long a neighbor may be silent, in whole seconds, at least 3s.', '9s')),
    neighbors: Type.Array(NeighborSchema, {
      minItems: 1,
      maxItems: 64,
      description: 'The routers.',
      examples: [[{ address: '203.0.113.1', asn: 65_000 }]],
    }),
  },
  [{ asn: 65_010, neighbors: [{ address: '203.0.113.1', asn: 65_000 }] }],
);

export type RouteDocument = Type.Static<typeof RouteSchema>;
export type BgpDocument = Type.Static<typeof BgpSchema>;
