/**
 * The parts of Envoy's v3 API that RoomLB writes, in its JSON form: names, values and ranges as in the protos
 * (envoyproxy/data-plane-api, the message named at each type). Nothing is in here that is not written. Durations
 * are `3600s`; 64-bit numbers are strings, as in all JSON of protobuf.
 */

/** google.protobuf.Any of one type. */
type Typed<Name extends string, Fields> = { readonly '@type': `type.googleapis.com/${Name}` } & Fields;

type Duration = `${number}s`;

/** envoy.config.core.v3.Address. TCP where no protocol is named. IPv6 without brackets. */
export interface Address {
  readonly socket_address: {
    readonly protocol?: 'UDP';
    readonly address: string;
    /** 0–65535. */
    readonly port_value: number;
  };
}

/** envoy.config.core.v3.ConfigSource, of the kind that reads a file. */
export interface FileSource {
  /** Read again whenever a file is moved to this path. It has to exist when Envoy begins to watch it. */
  readonly path_config_source: { readonly path: string };
  readonly resource_api_version: 'V3';
}

/** envoy.config.endpoint.v3.LbEndpoint. */
export interface LbEndpoint {
  readonly endpoint: {
    readonly address: Address;
    /** What the admin page calls the endpoint; nothing is resolved. */
    readonly hostname: string;
    readonly health_check_config?:
      { readonly port_value: number } | { readonly disable_active_health_check: true };
  };
  /** DRAINING is left out of balancing, and keeps its connections. */
  readonly health_status?: 'DRAINING';
  /** 1 or more. */
  readonly load_balancing_weight?: number;
}

/** envoy.config.endpoint.v3.ClusterLoadAssignment. */
export interface LoadAssignment {
  readonly cluster_name: string;
  readonly endpoints: readonly { readonly lb_endpoints: readonly LbEndpoint[] }[];
}

/** envoy.config.core.v3.HealthCheck. */
export interface HealthCheck {
  readonly timeout: Duration;
  readonly interval: Duration;
  /** In place of `interval` as long as nothing was sent to the cluster; 60 s if left out. */
  readonly no_traffic_interval: Duration;
  readonly unhealthy_threshold: number;
  readonly healthy_threshold: number;
  readonly tcp_health_check?: Record<string, never>;
  readonly http_health_check?: {
    readonly host: string;
    readonly path: string;
    /** Half open. Any other status than 200 takes a host out at once, unless it is in here: then it counts as one. */
    readonly retriable_statuses: readonly { readonly start: string; readonly end: string }[];
  };
}

/** envoy.config.cluster.v3.Cluster. */
interface ClusterBase {
  readonly name: string;
  readonly connect_timeout: Duration;
  readonly circuit_breakers: {
    readonly thresholds: readonly {
      readonly max_connections: number;
      readonly max_pending_requests: number;
      readonly max_requests: number;
    }[];
  };
}

/** One member, for good. */
export interface StaticCluster extends ClusterBase {
  readonly type: 'STATIC';
  readonly load_assignment: LoadAssignment;
}

/** Members from a file of their own. */
export interface EdsCluster extends ClusterBase {
  readonly type: 'EDS';
  readonly eds_cluster_config: { readonly eds_config: FileSource };
  readonly lb_policy: 'ROUND_ROBIN' | 'MAGLEV';
  /** A prime up to 5000011. */
  readonly maglev_lb_config?: { readonly table_size: string };
  /** Percent of members that are well below which all of them are balanced over; 0 turns that off. */
  readonly common_lb_config: { readonly healthy_panic_threshold: { readonly value: 0 | 1 } };
  /** Without it, a member that was removed stays for as long as it passes its checks. */
  readonly ignore_health_on_host_removal: true;
  readonly health_checks: readonly HealthCheck[];
}

export type Cluster = StaticCluster | EdsCluster;

interface HashOfSource {
  readonly source_ip: Record<string, never>;
}

export type TcpProxy = Typed<
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
  {
    readonly stat_prefix: string;
    readonly cluster: string;
    readonly idle_timeout: Duration;
    readonly hash_policy?: readonly HashOfSource[];
  }
>;

export type UdpProxy = Typed<
  'envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig',
  {
    readonly stat_prefix: string;
    readonly matcher: {
      readonly on_no_match: {
        readonly action: {
          readonly name: 'route';
          readonly typed_config: Typed<
            'envoy.extensions.filters.udp.udp_proxy.v3.Route',
            { readonly cluster: string }
          >;
        };
      };
    };
    readonly idle_timeout: Duration;
  }
>;

export type HttpConnectionManager = Typed<
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  {
    readonly stat_prefix: string;
    readonly codec_type: 'HTTP1';
    readonly http_filters: readonly {
      readonly name: 'envoy.filters.http.router';
      readonly typed_config: Typed<'envoy.extensions.filters.http.router.v3.Router', unknown>;
    }[];
    readonly upgrade_configs: readonly { readonly upgrade_type: 'websocket' }[];
    readonly use_remote_address: true;
    readonly normalize_path: true;
    readonly request_headers_timeout: Duration;
    readonly stream_idle_timeout: Duration;
    readonly common_http_protocol_options: { readonly idle_timeout: Duration };
  } & HttpRoutes
>;

export type HttpRoutes =
  | { readonly rds: { readonly config_source: FileSource; readonly route_config_name: string } }
  | { readonly route_config: RouteConfiguration };

export interface NetworkFilter {
  readonly name: 'envoy.filters.network.tcp_proxy' | 'envoy.filters.network.http_connection_manager';
  readonly typed_config: TcpProxy | HttpConnectionManager;
}

interface File {
  readonly filename: string;
}

export type DownstreamTls = Typed<
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
  {
    readonly common_tls_context: {
      readonly tls_params: { readonly tls_minimum_protocol_version: 'TLSv1_2' };
      readonly tls_certificates: readonly { readonly certificate_chain: File; readonly private_key: File }[];
      readonly alpn_protocols: readonly ['http/1.1'];
    };
  }
>;

/** envoy.config.listener.v3.FilterChain. */
export interface FilterChain {
  readonly name?: string;
  /** Lower-case: that is how Envoy has what clients ask for. */
  readonly filter_chain_match?: { readonly server_names: readonly string[] };
  readonly filters: readonly NetworkFilter[];
  readonly transport_socket?: {
    readonly name: 'envoy.transport_sockets.tls';
    readonly typed_config: DownstreamTls;
  };
}

export type ListenerFilter =
  | { readonly name: 'envoy.filters.udp_listener.udp_proxy'; readonly typed_config: UdpProxy }
  | {
      readonly name: 'envoy.filters.listener.tls_inspector';
      readonly typed_config: Typed<
        'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector',
        unknown
      >;
    };

/** envoy.config.listener.v3.Listener. */
export interface Listener {
  readonly name: string;
  readonly address: Address;
  readonly additional_addresses?: readonly { readonly address: Address }[];
  /** Listen although the address may be on another host for now. */
  readonly freebind?: true;
  readonly listener_filters?: readonly ListenerFilter[];
  readonly filter_chains?: readonly FilterChain[];
  readonly default_filter_chain?: FilterChain;
}

/** envoy.config.route.v3.Route. */
export interface Route {
  /** `path_separated_prefix`: this path, or what begins with it and a slash. */
  readonly match: { readonly path_separated_prefix: string } | { readonly prefix: '/' };
  readonly route: {
    readonly cluster: string;
    /** 0 is none: 15 s if left out. */
    readonly timeout: '0s';
    readonly hash_policy?: readonly { readonly connection_properties: { readonly source_ip: true } }[];
  };
}

/** envoy.config.route.v3.RouteConfiguration. */
export interface RouteConfiguration {
  readonly name: string;
  readonly virtual_hosts: readonly {
    readonly name: string;
    /** Each in one virtual host only. */
    readonly domains: readonly string[];
    readonly routes: readonly Route[];
  }[];
}

export interface Resources {
  readonly 'envoy.config.cluster.v3.Cluster': Cluster;
  readonly 'envoy.config.endpoint.v3.ClusterLoadAssignment': LoadAssignment;
  readonly 'envoy.config.listener.v3.Listener': Listener;
  readonly 'envoy.config.route.v3.RouteConfiguration': RouteConfiguration;
}

/** envoy.service.discovery.v3.DiscoveryResponse: what a file of resources holds. */
export interface Discovery<Type extends keyof Resources = keyof Resources> {
  readonly version_info: string;
  readonly resources: readonly Typed<Type, Resources[Type]>[];
}

/** envoy.config.bootstrap.v3.Bootstrap. */
export interface Bootstrap {
  readonly node: {
    readonly id: string;
    readonly cluster: string;
    readonly metadata: { readonly roomlb: string };
  };
  readonly admin: { readonly address: Address };
  readonly dynamic_resources: { readonly cds_config: FileSource; readonly lds_config: FileSource };
}
