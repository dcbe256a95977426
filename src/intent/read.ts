/**
 * An intent that came over a network: held to the same strict characters and bounds as a topology, since it ends
 * up in configuration files just so, and to its own revision.
 */
import { Ajv } from 'ajv';
import Type from 'typebox';
import { parseAddress } from '../topology/address.ts';
import {
  ADMIN_STATES,
  DRAIN_POLICIES,
  FORWARDING_MODES,
  PROTOCOLS,
  TLS_MODES,
  type IpAddress,
  type PortRange,
} from '../topology/model.ts';
import { MAX_ASN } from '../topology/routing/routing.ts';
import {
  COMMUNITY_PATTERN,
  FILE_PATTERN,
  HOST_PATTERN,
  ID_PATTERN,
  INTERFACE_PATTERN,
} from '../topology/patterns.ts';
import { ROUTE_STATES, type Intent } from './model.ts';
import { revisionOf } from './revision.ts';

/** What came is no intent, or not the one that it says. */
export class IntentError extends Error {
  override readonly name = 'IntentError';
}

const exactly = <P extends Type.TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
const words = (values: readonly string[]) => Type.Unsafe<string>({ type: 'string', enum: [...values] });
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const matching = (pattern: string, maxLength = 255) => Type.String({ pattern, maxLength });

const Id = matching(ID_PATTERN);
const Port = Type.Integer({ minimum: 1, maximum: 65_535 });
const Ports = exactly({ first: Port, last: Port });
const Seconds = Type.Number({ minimum: 0, maximum: 1e9 });
const Address = exactly({
  family: Type.Union([Type.Literal(4), Type.Literal(6)]),
  text: Type.String({ maxLength: 45 }),
});
const Addresses = Type.Array(Address, { minItems: 1, maxItems: 16 });

const SchemaOfMonitor = Type.Union([
  exactly({ kind: Type.Literal('tcp'), port: Port }),
  exactly({ kind: Type.Literal('http'), port: Port, path: matching('^/[A-Za-z0-9_./-]*$') }),
]);

const SchemaOfMember = exactly({
  node: Id,
  addresses: Addresses,
  ports: Ports,
  weight: Type.Integer({ minimum: 0, maximum: 255 }),
  state: words(ADMIN_STATES),
  monitor: nullable(SchemaOfMonitor),
  stunPort: nullable(Port),
});

const SchemaOfNaming = Type.Union([
  exactly({ by: words(['none', 'path']) }),
  exactly({ by: Type.Literal('sni'), domain: matching(HOST_PATTERN) }),
]);

const SchemaOfService = exactly({
  id: matching('^[A-Za-z0-9_./-]+$'),
  vip: Id,
  role: words(['signalling', 'node-signalling', 'media']),
  protocol: words(PROTOCOLS),
  addresses: Addresses,
  ports: Ports,
  forwarding: words(FORWARDING_MODES),
  snat: Type.Boolean(),
  scheduler: words(['wrr', 'single']),
  persistence: nullable(Seconds),
  naming: SchemaOfNaming,
  tls: words(TLS_MODES),
  certificate: nullable(matching(FILE_PATTERN)),
  idleTimeout: Seconds,
  drain: words(DRAIN_POLICIES),
  members: Type.Array(SchemaOfMember, { maxItems: 100_000 }),
});

const SchemaOfVrrp = exactly({
  interface: matching(INTERFACE_PATTERN),
  routerId: Type.Integer({ minimum: 1, maximum: 255 }),
  priority: Type.Integer({ minimum: 1, maximum: 255 }),
  advertInterval: Seconds,
  source: nullable(Address),
  peers: Type.Array(Address, { maxItems: 255 }),
});

const SchemaOfRoute = exactly({
  watermark: Type.Number({ minimum: 0, maximum: 1 }),
  communities: Type.Array(matching(COMMUNITY_PATTERN), { maxItems: 16 }),
  med: nullable(Type.Integer({ minimum: 0, maximum: 4_294_967_295 })),
  state: words(ROUTE_STATES),
});

const Asn = Type.Integer({ minimum: 1, maximum: MAX_ASN });

const SchemaOfBgp = exactly({
  asn: Asn,
  routerId: nullable(Address),
  holdTime: Type.Integer({ minimum: 3, maximum: 65_535 }),
  neighbors: Type.Array(
    exactly({
      address: Address,
      asn: Asn,
      source: nullable(Address),
      multihop: nullable(Type.Integer({ minimum: 2, maximum: 255 })),
      bfd: Type.Boolean(),
    }),
    { minItems: 1, maxItems: 64 },
  ),
});

const IntentSchema = exactly({
  cluster: Id,
  revision: matching('^[0-9a-f]{16}$'),
  bgp: nullable(SchemaOfBgp),
  vips: Type.Array(
    exactly({
      id: Id,
      addresses: Addresses,
      forwarding: words(FORWARDING_MODES),
      snat: Type.Boolean(),
      vrrp: nullable(SchemaOfVrrp),
      route: nullable(SchemaOfRoute),
    }),
    { maxItems: 10_000 },
  ),
  services: Type.Array(SchemaOfService, { maxItems: 1_000_000 }),
});

const ajv = new Ajv({ strict: false });
const isIntent = ajv.compile<Intent>(IntentSchema);

/**
 * @param value parsed JSON
 * @throws IntentError that says what is wrong with it
 */
export function readIntent(value: unknown): Intent {
  if (!isIntent(value))
    throw new IntentError(`it is no intent: ${ajv.errorsText(isIntent.errors, { dataVar: '' })}`);
  const { revision, ...content } = value;
  for (const { id, addresses, vrrp } of value.vips) {
    checkAddresses(id, addresses);
    checkAddresses(id, vrrp ? [...(vrrp.source ? [vrrp.source] : []), ...vrrp.peers] : []);
  }
  const { routerId, neighbors } = value.bgp ?? { routerId: null, neighbors: [] };
  checkAddresses('bgp', routerId ? [routerId] : []);
  for (const { address, source } of neighbors) checkAddresses('bgp', source ? [address, source] : [address]);
  for (const { id, addresses, ports, members } of value.services) {
    checkAddresses(id, addresses);
    checkPorts(id, ports);
    for (const member of members) {
      checkAddresses(id, member.addresses);
      checkPorts(id, member.ports);
    }
  }
  // Another version of RoomLB may mean something else by what looks the same.
  if (revisionOf(content) !== revision) {
    throw new IntentError(
      `its revision ${revision} is not that of what it says: is the dispatcher of this version?`,
    );
  }
  return value;
}

function checkAddresses(id: string, addresses: readonly IpAddress[]): void {
  for (const { family, text } of addresses) {
    const parsed = parseAddress(text);
    if (parsed?.text === text && parsed.family === family) continue;
    throw new IntentError(`${id}: ${JSON.stringify(text)} is no IPv${family} address in its canonical form`);
  }
}

function checkPorts(id: string, { first, last }: PortRange): void {
  if (first > last) throw new IntentError(`${id}: ports ${first}-${last} go backwards`);
}
