/** What a listener does with what comes: pass bytes on, read HTTP, or forward datagrams. */
import type { VirtualService } from '../../intent/model.ts';
import type { DownstreamTls, FilterChain, HttpRoutes, ListenerFilter, NetworkFilter } from './model.ts';

/** Seconds in which a request's headers have to be there, and for which a connection may wait for one. */
const HEADERS_TIMEOUT = 10;
const REQUEST_WAIT = 30;

export function tcpFilter(
  name: string,
  cluster: string,
  { idleTimeout, persistence, role }: VirtualService,
): NetworkFilter {
  return {
    name: 'envoy.filters.network.tcp_proxy',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
      stat_prefix: name,
      cluster,
      idle_timeout: `${idleTimeout}s`,
      ...(role === 'signalling' && persistence !== null && { hash_policy: [{ source_ip: {} }] }),
    },
  };
}

/** A WebSocket is a stream: the time limits of requests hold until it is one, the service's own from then on. */
export function httpFilter(name: string, routes: HttpRoutes, { idleTimeout }: VirtualService): NetworkFilter {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type':
        'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
      stat_prefix: name,
      // WebSocket needs HTTP/1.1, which is why nothing newer is taken.
      codec_type: 'HTTP1',
      ...routes,
      http_filters: [
        {
          name: 'envoy.filters.http.router',
          typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router' },
        },
      ],
      upgrade_configs: [{ upgrade_type: 'websocket' }],
      use_remote_address: true,
      normalize_path: true,
      request_headers_timeout: `${HEADERS_TIMEOUT}s`,
      stream_idle_timeout: `${idleTimeout}s`,
      common_http_protocol_options: { idle_timeout: `${REQUEST_WAIT}s` },
    },
  };
}

export function udpFilter(name: string, cluster: string, { idleTimeout }: VirtualService): ListenerFilter {
  return {
    name: 'envoy.filters.udp_listener.udp_proxy',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig',
      stat_prefix: name,
      matcher: {
        on_no_match: {
          action: {
            name: 'route',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.filters.udp.udp_proxy.v3.Route',
              cluster,
            },
          },
        },
      },
      idle_timeout: `${idleTimeout}s`,
    },
  };
}

/** TLS that ends here. One PEM file holds certificate, chain and key; TLS 1.2 is the least of RFC 9325. */
export function tlsSocket({ tls, certificate }: VirtualService): Pick<FilterChain, 'transport_socket'> {
  if (tls !== 'terminate' || certificate === null) return {};
  const file = { filename: certificate };
  const context: DownstreamTls = {
    '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
    common_tls_context: {
      tls_params: { tls_minimum_protocol_version: 'TLSv1_2' },
      tls_certificates: [{ certificate_chain: file, private_key: file }],
      alpn_protocols: ['http/1.1'],
    },
  };
  return { transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: context } };
}
