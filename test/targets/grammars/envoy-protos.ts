/**
 * Envoy's own protos, which the package @grpc/grpc-js-xds carries: whether JSON is a message of them, with no field
 * that they lack, none that is deprecated, and all of it within the bounds of their validate.rules. Envoy refuses a
 * file for the same reasons (protobuf's JSON form; protoc-gen-validate).
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import protobuf from 'protobufjs';

const require = createRequire(import.meta.url);
const protos = join(dirname(require.resolve('@grpc/grpc-js-xds/package.json')), 'deps');
const FOLDERS = [
  ...['envoy-api', 'xds', 'googleapis', 'protoc-gen-validate'].map((name) => join(protos, name)),
  // It brings google/protobuf/descriptor.proto.
  dirname(require.resolve('protobufjs/package.json')),
];

const EXTENSIONS = 'envoy/extensions';
const FILES = [
  'envoy/config/bootstrap/v3/bootstrap.proto',
  'envoy/service/discovery/v3/discovery.proto',
  `${EXTENSIONS}/filters/http/router/v3/router.proto`,
  `${EXTENSIONS}/filters/listener/tls_inspector/v3/tls_inspector.proto`,
  `${EXTENSIONS}/filters/network/http_connection_manager/v3/http_connection_manager.proto`,
  `${EXTENSIONS}/filters/network/tcp_proxy/v3/tcp_proxy.proto`,
  `${EXTENSIONS}/filters/udp/udp_proxy/v3/route.proto`,
  `${EXTENSIONS}/filters/udp/udp_proxy/v3/udp_proxy.proto`,
  `${EXTENSIONS}/transport_sockets/tls/v3/tls.proto`,
];

const root = new protobuf.Root();
root.resolvePath = (_, path) =>
  FOLDERS.map((folder) => join(folder, path)).find((candidate) => existsSync(candidate)) ?? path;
root.loadSync(FILES, { keepCase: true }).resolveAll();

/** A line for each fault. @param type such as `envoy.config.bootstrap.v3.Bootstrap` */
export function protoFaults(type: string, text: string): string[] {
  return [...inMessage(root.lookupType(type), JSON.parse(text), '')];
}

/** The constraints of protoc-gen-validate that the messages used here have, by the kind of field. */
interface Rules {
  readonly min_len?: number;
  readonly min_items?: number;
  readonly max_items?: number;
  readonly pattern?: string;
  readonly required?: boolean;
  readonly const?: unknown;
  /** An object where it is a duration: above 0. */
  readonly gt?: number | object;
  readonly gte?: number | object;
  readonly lt?: number;
  readonly lte?: number;
  readonly items?: RulesByKind;
}
type RulesByKind = Readonly<Record<string, Rules>>;

function rulesOf({ parsedOptions }: protobuf.Field): RulesByKind {
  const options = (parsedOptions ?? []) as unknown as readonly Readonly<Record<string, RulesByKind>>[];
  return Object.assign({}, ...options.map((option) => option['(validate.rules)'])) as RulesByKind;
}

function isRequired(rules: RulesByKind): boolean {
  const { string, repeated } = rules;
  const isAsked = Object.values(rules).some(({ required }) => required);
  return isAsked || (string?.min_len ?? 0) > 0 || (repeated?.min_items ?? 0) > 0;
}

type Faults = Generator<string, void>;

function* inMessage(type: protobuf.Type, value: unknown, at: string): Faults {
  if (!isObject(value)) return yield `${at}: no object`;
  for (const name of Object.keys(value)) {
    if (!type.fields[name]) yield `${at}.${name}: ${type.fullName} has no such field`;
  }
  for (const oneof of type.oneofsArray) {
    const set = oneof.fieldsArray.filter(({ name }) => name in value);
    if (set.length > 1) yield `${at}: more than one of ${oneof.name}`;
    if (set.length === 0 && oneof.options?.['(validate.required)']) yield `${at}: none of ${oneof.name}`;
  }
  for (const field of type.fieldsArray) {
    const rules = rulesOf(field.resolve());
    const inside = `${at}.${field.name}`;
    if (!(field.name in value)) {
      if (!field.partOf && isRequired(rules)) yield `${inside}: missing`;
      continue;
    }
    if (field.options?.deprecated) yield `${inside}: deprecated`;
    yield* inField(field, value[field.name], inside, rules);
  }
}

function* inField(field: protobuf.Field, value: unknown, at: string, rules: RulesByKind): Faults {
  if (!field.repeated) return yield* inValue(field, value, at, rules);
  if (!Array.isArray(value)) return yield `${at}: no list`;
  const { min_items = 0, max_items = Infinity, items = {} } = rules.repeated ?? {};
  if (value.length < min_items || value.length > max_items) yield `${at}: ${value.length} items`;
  for (const [i, one] of value.entries()) yield* inValue(field, one, `${at}[${i}]`, items);
}

function* inValue(field: protobuf.Field, value: unknown, at: string, rules: RulesByKind): Faults {
  const type = field.resolvedType;
  if (type instanceof protobuf.Enum) {
    if (typeof value !== 'string' || !(value in type.values)) yield `${at}: no ${type.name}`;
    return;
  }
  if (!type) return yield* inScalar(field.type, value, at, rules);
  const wrapped = /^[.]google[.]protobuf[.](UInt32|UInt64|Bool|Double|String)Value$/.exec(type.fullName);
  if (wrapped) return yield* inScalar(wrapped[1]!.toLowerCase(), value, at, rules);
  switch (type.fullName) {
    case '.google.protobuf.Any':
      return yield* inAny(value, at);
    case '.google.protobuf.Duration':
      return yield* inDuration(value, at, rules.duration ?? {});
    case '.google.protobuf.Struct':
      if (!isObject(value)) yield `${at}: no object`;
      return;
    default:
      yield* inMessage(type, value, at);
  }
}

function* inAny(value: unknown, at: string): Faults {
  if (!isObject(value)) return yield `${at}: no object`;
  const { '@type': url, ...fields } = value;
  const name = /^type[.]googleapis[.]com\/(.+)$/.exec(String(url))?.[1];
  const found = name === undefined ? null : root.lookup(name, [protobuf.Type]);
  if (!(found instanceof protobuf.Type)) return yield `${at}: no type ${String(url)}`;
  yield* inMessage(found, fields, at);
}

/** Up to nine digits behind the point (google/protobuf/duration.proto, "JSON Mapping"). */
function* inDuration(value: unknown, at: string, { gt }: Rules): Faults {
  if (typeof value !== 'string' || !/^[0-9]+([.][0-9]{1,9})?s$/.test(value))
    return yield `${at}: no duration`;
  if (gt && parseFloat(value) === 0) yield `${at}: has to be above 0`;
}

const LARGEST: Readonly<Record<string, number>> = { uint32: 2 ** 32 - 1, int32: 2 ** 31 - 1 };

function* inScalar(type: string, value: unknown, at: string, rules: RulesByKind): Faults {
  const { min_len = 0, pattern = '', const: only, ...bounds } = rules[type] ?? {};
  const fits = {
    bool: () => typeof value === 'boolean',
    double: () => typeof value === 'number',
    string: () => typeof value === 'string' && value.length >= min_len && RegExp(pattern).test(value),
  }[type];
  if (only !== undefined && value !== only) yield `${at}: has to be ${JSON.stringify(only)}`;
  if (!(fits ?? (() => isWithin(value, LARGEST[type] ?? 2 ** 63, bounds)))()) yield `${at}: no such ${type}`;
}

/** A whole number. JSON has those of 64 bits as strings. */
function isWithin(value: unknown, largest: number, { gt, gte, lt, lte }: Rules): boolean {
  if (!/^[0-9]+$/.test(String(value))) return false;
  const number = Number(value);
  const [above, from] = [typeof gt === 'number' ? gt : -1, typeof gte === 'number' ? gte : 0];
  return number > above && number >= from && number < (lt ?? Infinity) && number <= (lte ?? largest);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
