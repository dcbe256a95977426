/**
 * Envoy's v3 API: the fields that RoomLB writes, and nothing else. Names, types and ranges are those of the protos
 * (envoyproxy/data-plane-api, with their validate.rules); what strings may say is narrower here. Beyond single
 * fields it checks what Envoy refuses when it loads a file: names and addresses that come twice, filters that do
 * not go with the protocol, more than one resource where a subscription takes one (source/extensions/clusters/eds/eds.cc).
 */
import { isIP } from 'node:net';
import { Ajv } from 'ajv';
import Type, { type TProperties, type TSchema } from 'typebox';
import type { FileGrammar } from './grammar.ts';

const exactly = (properties: TProperties) => Type.Object(properties, { additionalProperties: false });
const anyOf = (type: string, properties: TProperties) =>
  exactly({ '@type': Type.Literal(`type.googleapis.com/envoy.${type}`), ...properties });
const matching = (pattern: string) => Type.String({ pattern });
const only = Type.Literal;
const list = (items: TSchema, minItems = 1) => Type.Array(items, { minItems });
const one = (items: TSchema) => Type.Array(items, { minItems: 1, maxItems: 1 });
const NOTHING = exactly({});

const ID = '[A-Za-z0-9][A-Za-z0-9_.-]{0,62}';
const POOL = `${ID}/signalling`;
const NODE = `${POOL}/${ID}`;
const MEDIA = `${ID}/media/${ID}`;
const CLUSTER = matching(`^(${POOL}|${NODE}|${MEDIA}:[0-9]{1,5})$`);
const LISTENER = matching(`^(${POOL}|${NODE}|${MEDIA}/(udp|tcp):[0-9]{1,5})$`);
const HOST = '[a-z0-9]([a-z0-9_.-]*[a-z0-9])?';
/** google.protobuf.Duration; Envoy takes none below 0 here. */
const SECONDS = matching('^(0|[1-9][0-9]{0,8})([.][0-9]{1,9})?s$');
const PORT = Type.Integer({ minimum: 1, maximum: 65_535 });
const UINT32 = Type.Integer({ minimum: 1, maximum: 4_294_967_295 });
const FOLDER = '^/etc/envoy/roomlb';

const address = (protocol: TProperties) =>
  exactly({
    socket_address: exactly({ ...protocol, address: Type.String({ format: 'ip' }), port_value: PORT }),
  });
const ADDRESS = address({});
const ADDRESS_OF_ANY = address({ protocol: Type.Optional(only('UDP')) });
const source = (file: string) =>
  exactly({
    path_config_source: exactly({ path: matching(`${FOLDER}/${file}[.]json$`) }),
    resource_api_version: only('V3'),
  });

const LB_ENDPOINT = exactly({
  endpoint: exactly({
    address: ADDRESS,
    hostname: matching(`^${ID}$`),
    health_check_config: Type.Optional(
      Type.Union([exactly({ port_value: PORT }), exactly({ disable_active_health_check: only(true) })]),
    ),
  }),
  health_status: Type.Optional(only('DRAINING')),
  load_balancing_weight: Type.Optional(Type.Integer({ minimum: 1, maximum: 255 })),
});

const assignment = (endpoints: TSchema) => ({
  cluster_name: CLUSTER,
  endpoints: one(exactly({ lb_endpoints: endpoints })),
});

const COMMON_OF_CLUSTERS = {
  name: CLUSTER,
  connect_timeout: SECONDS,
  circuit_breakers: exactly({
    thresholds: one(exactly({ max_connections: UINT32, max_pending_requests: UINT32, max_requests: UINT32 })),
  }),
};

const CHECK = {
  timeout: SECONDS,
  interval: SECONDS,
  no_traffic_interval: SECONDS,
  unhealthy_threshold: Type.Integer({ minimum: 1 }),
  healthy_threshold: Type.Integer({ minimum: 1 }),
};
const STATUS = matching('^([1-5][0-9]{2}|600)$');
const HEALTH_CHECK = Type.Union([
  exactly({ ...CHECK, tcp_health_check: NOTHING }),
  exactly({
    ...CHECK,
    http_health_check: exactly({
      host: matching('^[a-z]+$'),
      path: matching('^/[a-z]*$'),
      retriable_statuses: list(exactly({ start: STATUS, end: STATUS })),
    }),
  }),
]);

const POLICY = {
  ...COMMON_OF_CLUSTERS,
  type: only('EDS'),
  eds_cluster_config: exactly({ eds_config: source('eds-[a-z0-9_.-]+') }),
  common_lb_config: exactly({
    healthy_panic_threshold: exactly({ value: Type.Union([only(0), only(1)]) }),
  }),
  ignore_health_on_host_removal: only(true),
  health_checks: Type.Array(HEALTH_CHECK, { maxItems: 1 }),
};
const CLUSTER_TYPE = 'config.cluster.v3.Cluster';
const CLUSTERS = Type.Union([
  anyOf(CLUSTER_TYPE, {
    ...COMMON_OF_CLUSTERS,
    type: only('STATIC'),
    load_assignment: exactly(assignment(one(LB_ENDPOINT))),
  }),
  anyOf(CLUSTER_TYPE, { ...POLICY, lb_policy: only('ROUND_ROBIN') }),
  anyOf(CLUSTER_TYPE, {
    ...POLICY,
    lb_policy: only('MAGLEV'),
    maglev_lb_config: exactly({ table_size: matching('^[1-9][0-9]{1,6}$') }),
  }),
]);

const ROUTE = (prefix: TSchema, policy: TProperties = {}) =>
  exactly({
    match: prefix,
    route: exactly({ cluster: CLUSTER, timeout: SECONDS, ...policy }),
  });
const ANY_PATH = exactly({ prefix: only('/') });
const HASHED = {
  hash_policy: Type.Optional(one(exactly({ connection_properties: exactly({ source_ip: only(true) }) }))),
};
const ROUTES = {
  name: LISTENER,
  virtual_hosts: list(
    exactly({
      name: LISTENER,
      domains: list(matching(`^([*]|${HOST}(:[*])?)$`)),
      routes: list(
        Type.Union([
          // validate.rules of path_separated_prefix: ^[^?#]+[^?#/]$
          ROUTE(exactly({ path_separated_prefix: matching(`^/n/${ID}$`) })),
          ROUTE(ANY_PATH, HASHED),
        ]),
      ),
    }),
  ),
};

const TCP_PROXY = exactly({
  name: only('envoy.filters.network.tcp_proxy'),
  typed_config: anyOf('extensions.filters.network.tcp_proxy.v3.TcpProxy', {
    stat_prefix: LISTENER,
    cluster: CLUSTER,
    idle_timeout: SECONDS,
    hash_policy: Type.Optional(one(exactly({ source_ip: NOTHING }))),
  }),
});

const http = (routes: TProperties) =>
  exactly({
    name: only('envoy.filters.network.http_connection_manager'),
    typed_config: anyOf('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
      stat_prefix: LISTENER,
      codec_type: only('HTTP1'),
      ...routes,
      http_filters: one(
        exactly({
          name: only('envoy.filters.http.router'),
          typed_config: anyOf('extensions.filters.http.router.v3.Router', {}),
        }),
      ),
      upgrade_configs: one(exactly({ upgrade_type: only('websocket') })),
      use_remote_address: only(true),
      normalize_path: only(true),
      request_headers_timeout: SECONDS,
      stream_idle_timeout: SECONDS,
      common_http_protocol_options: exactly({ idle_timeout: SECONDS }),
    }),
  });

const PEM = exactly({ filename: matching('^/[A-Za-z0-9_./-]+$') });
const CHAIN = {
  name: Type.Optional(matching(`^${NODE}$`)),
  filters: one(
    Type.Union([
      TCP_PROXY,
      http({ rds: exactly({ config_source: source('rds-[a-z0-9_.-]+'), route_config_name: LISTENER }) }),
      http({ route_config: exactly(ROUTES) }),
    ]),
  ),
  transport_socket: Type.Optional(
    exactly({
      name: only('envoy.transport_sockets.tls'),
      typed_config: anyOf('extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
        common_tls_context: exactly({
          tls_params: exactly({
            tls_minimum_protocol_version: Type.Union([only('TLSv1_2'), only('TLSv1_3')]),
          }),
          tls_certificates: one(exactly({ certificate_chain: PEM, private_key: PEM })),
          alpn_protocols: list(only('http/1.1')),
        }),
      }),
    }),
  ),
};

const SOCKETS = {
  name: LISTENER,
  address: ADDRESS_OF_ANY,
  additional_addresses: Type.Optional(list(exactly({ address: ADDRESS_OF_ANY }))),
  freebind: Type.Optional(only(true)),
};
const LISTENER_TYPE = 'config.listener.v3.Listener';
const LISTENERS = Type.Union([
  anyOf(LISTENER_TYPE, {
    ...SOCKETS,
    listener_filters: one(
      exactly({
        name: only('envoy.filters.udp_listener.udp_proxy'),
        typed_config: anyOf('extensions.filters.udp.udp_proxy.v3.UdpProxyConfig', {
          stat_prefix: LISTENER,
          matcher: exactly({
            on_no_match: exactly({
              action: exactly({
                name: only('route'),
                typed_config: anyOf('extensions.filters.udp.udp_proxy.v3.Route', { cluster: CLUSTER }),
              }),
            }),
          }),
          idle_timeout: SECONDS,
        }),
      }),
    ),
  }),
  anyOf(LISTENER_TYPE, { ...SOCKETS, filter_chains: one(exactly(CHAIN)) }),
  anyOf(LISTENER_TYPE, {
    ...SOCKETS,
    listener_filters: one(
      exactly({
        name: only('envoy.filters.listener.tls_inspector'),
        typed_config: anyOf('extensions.filters.listener.tls_inspector.v3.TlsInspector', {}),
      }),
    ),
    filter_chains: list(
      exactly({
        ...CHAIN,
        filter_chain_match: exactly({ server_names: list(matching(`^${HOST}$`)) }),
      }),
    ),
    default_filter_chain: exactly(CHAIN),
  }),
]);

const signed = (revision: string) =>
  matching(`^Generated by roomlb for envoy[.] Cluster ${ID}, revision ${revision}[.]$`);
const SIGNATURE = signed('[0-9a-f]{16}');
const discovery = (resources: TSchema) => exactly({ version_info: SIGNATURE, resources });

const BOOTSTRAP = exactly({
  node: exactly({
    id: matching(`^roomlb-${ID}$`),
    cluster: matching(`^${ID}$`),
    metadata: exactly({ roomlb: SIGNATURE }),
  }),
  admin: exactly({ address: ADDRESS }),
  dynamic_resources: exactly({ cds_config: source('cds'), lds_config: source('lds') }),
});

type Tree = Readonly<Record<string, unknown>>;

const ajv = new Ajv({ allErrors: false, strict: false });
ajv.addFormat('ip', (text: string) => isIP(text) > 0);

function jsonGrammar(schema: TSchema, further: (tree: Tree) => string[] = () => []): FileGrammar {
  const fits = ajv.compile(schema);
  return {
    comment: null,
    check(text) {
      let tree: Tree;
      try {
        tree = JSON.parse(text) as Tree;
      } catch (error) {
        return [String(error)];
      }
      if (!isLaidOut(text, tree)) return ['not laid out as it should be, or keys come twice'];
      return fits(tree) ? further(tree) : [ajv.errorsText(fits.errors)];
    },
  };
}

/** Two blanks a level, one behind the key that a line begins with, none elsewhere but in strings. */
function isLaidOut(text: string, tree: Tree): boolean {
  if (!text.endsWith('\n')) return false;
  let depth = 0;
  const parts = text
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const words = line.trimStart();
      if (/^[\]}]/.test(words)) depth -= 1;
      if (line.length - words.length !== 2 * depth) return '~';
      if (/[[{]$/.test(words)) depth += 1;
      return words.replace(/^("[^"]*"): /, '$1:');
    });
  return parts.join('') === JSON.stringify(tree);
}

/** Every value of this key, wherever it stands. */
function* valuesOf(tree: unknown, key: string): Generator {
  if (typeof tree !== 'object' || tree === null) return;
  for (const [name, value] of Object.entries(tree)) {
    if (name === key) yield value;
    yield* valuesOf(value, key);
  }
}

function twice(values: Iterable<unknown>, what: string): string[] {
  const seen = new Set<string>();
  const faults: string[] = [];
  for (const value of values) {
    const text = JSON.stringify(value);
    if (seen.has(text)) faults.push(`${what} ${text} comes twice`);
    seen.add(text);
  }
  return faults;
}

const resourcesOf = (tree: Tree) => tree.resources as readonly Tree[];

function clusterFaults(tree: Tree): string[] {
  const resources = resourcesOf(tree);
  return [
    ...twice(
      resources.map(({ name }) => name),
      'cluster',
    ),
    ...resources.flatMap(({ name, load_assignment: own }) =>
      own && (own as Tree).cluster_name !== name ? [`${String(name)} has the endpoints of another`] : [],
    ),
    ...[...valuesOf(resources, 'table_size')].flatMap((size) =>
      isTableSize(Number(size)) ? [] : [`a Maglev table of ${String(size)}`],
    ),
  ];
}

function isTableSize(size: number): boolean {
  if (size > 5_000_011) return false;
  for (let divisor = 2; divisor * divisor <= size; divisor++) if (size % divisor === 0) return false;
  return size > 1;
}

function endpointFaults(tree: Tree): string[] {
  return [
    ...twice(valuesOf(tree, 'socket_address'), 'endpoint'),
    ...[...valuesOf(tree, 'lb_endpoints')].flatMap((endpoints) =>
      (endpoints as readonly Tree[]).flatMap((each) =>
        'health_status' in each === 'load_balancing_weight' in each ? ['a weight for one that drains'] : [],
      ),
    ),
  ];
}

function listenerFaults(tree: Tree): string[] {
  const resources = resourcesOf(tree);
  return [
    ...twice(
      resources.map(({ name }) => name),
      'listener',
    ),
    ...twice(valuesOf(tree, 'socket_address'), 'address'),
    ...resources.flatMap((listener) => {
      const protocols = new Set(
        [...valuesOf(listener, 'socket_address')].map((each) => (each as Tree).protocol ?? 'TCP'),
      );
      const wanted = 'filter_chains' in listener ? 'TCP' : 'UDP';
      const chains = (listener.filter_chains ?? []) as readonly Tree[];
      return [
        ...(protocols.size === 1 && protocols.has(wanted) ? [] : ['filters of another protocol']),
        ...twice([...valuesOf(chains, 'server_names')].flat(), 'server name'),
        ...[...valuesOf(listener, 'route_config')].flatMap((routes) => routeFaults(routes as Tree)),
      ];
    }),
  ];
}

function routeFaults(routes: Tree): string[] {
  const hosts = routes.virtual_hosts as readonly Tree[];
  return [
    ...twice([...valuesOf(routes, 'domains')].flat(), 'domain'),
    ...twice(valuesOf(routes, 'path_separated_prefix'), 'path'),
    // Routes are tried in order: what matches all of them comes last.
    ...hosts.flatMap(({ routes: tried }) =>
      (tried as readonly Tree[]).slice(0, -1).some(({ match }) => 'prefix' in (match as Tree))
        ? ['a route that is never reached']
        : [],
    ),
  ];
}

const RESOURCE = 'eds-[a-z0-9][a-z0-9_.-]*[.]json|cds[.]json|rds-[a-z0-9][a-z0-9_.-]*[.]json|lds[.]json';
const SCRIPT = [
  'set -u',
  'from=$(dirname "$0")',
  'to=${1:-/etc/envoy/roomlb}',
  'mkdir -p "$to" || exit 1',
  'put() {',
  '  cmp -s "$from/$1" "$to/$1" && return 1',
  '  cp "$from/$1" "$to/.$1.new" && mv "$to/.$1.new" "$to/$1" || exit 1',
  '}',
];
const LAST = ['put envoy.json && echo "envoy.json changed: restart Envoy"', 'exit 0', ''];

/** Known line by line; the files stand in the order in which Envoy may be told of them. */
const installer: FileGrammar = {
  comment: '#',
  check(text) {
    const lines = text.split('\n').filter((line) => !line.startsWith('#'));
    const puts = lines.slice(SCRIPT.length, -LAST.length);
    const rest = [...lines.slice(0, SCRIPT.length), ...lines.slice(-LAST.length)];
    if (JSON.stringify(rest) !== JSON.stringify([...SCRIPT, ...LAST]))
      return ['not the script that it should be'];
    if (!puts.every((line) => new RegExp(`^put (${RESOURCE})$`).test(line)))
      return ['not a file of resources'];
    const kinds = puts.map((line) => ['eds', 'cds', 'rds', 'lds'].indexOf(line.slice(4, 7)));
    return [
      ...twice(puts, 'line'),
      ...(kinds.every((kind, i) => kind >= (kinds[i - 1] ?? 0)) ? [] : ['files in another order']),
    ];
  },
};

export const envoy: Readonly<Record<string, FileGrammar>> = {
  'envoy.json': jsonGrammar(BOOTSTRAP),
  'eds-*.json': jsonGrammar(
    discovery(
      one(
        anyOf(
          'config.endpoint.v3.ClusterLoadAssignment',
          assignment(Type.Array(LB_ENDPOINT, { minItems: 1 })),
        ),
      ),
    ),
    endpointFaults,
  ),
  'cds.json': jsonGrammar(discovery(Type.Array(CLUSTERS)), clusterFaults),
  'rds-*.json': jsonGrammar(discovery(one(anyOf('config.route.v3.RouteConfiguration', ROUTES))), (tree) =>
    resourcesOf(tree).flatMap(routeFaults),
  ),
  'lds.json': jsonGrammar(discovery(Type.Array(LISTENERS)), listenerFaults),
  'install.sh': installer,
};
