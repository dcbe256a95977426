/** Made-up clusters of any size. */
import type { Topology } from '../../src/topology/model.ts';
import { DEFAULTS } from '../topology/topology-of.ts';

const MEDIA_PORTS = 4;
/** Nodes of one VIP: its media range has room for no more. */
const NODES_PER_VIP = 2000;

/** n nodes of four media ports, IPv4 and IPv6, spread over as many VIPs as their ports need. */
export function clusterOf(n: number, forwarding: 'nat' | 'dsr' | 'tunnel' = 'nat'): Topology {
  const vips = Array.from({ length: Math.ceil(n / NODES_PER_VIP) }, (_, v) => ({
    id: `vip-${v}`,
    addresses: [
      { family: 4 as const, text: `203.0.113.${v + 1}` },
      { family: 6 as const, text: `2001:db8::${v + 1}` },
    ],
    forwarding,
    snat: false,
    signalling: {
      port: 443,
      ports: null,
      domain: 'sfu.example.net',
      host: null,
      tls: 'passthrough' as const,
      certificate: null,
      idleTimeout: 3600,
      persistence: null,
    },
    media: {
      protocols: ['udp', 'tcp'] as const,
      ports: { first: 40_000, last: 40_000 + NODES_PER_VIP * MEDIA_PORTS - 1 },
      idleTimeout: 60,
      drain: 'keep-flows' as const,
    },
    vrrp: null,
    route: null,
  }));
  const nodes = Array.from({ length: n }, (_, i) => {
    const first = 40_000 + (i % NODES_PER_VIP) * MEDIA_PORTS;
    return {
      id: `sfu-${String(i).padStart(5, '0')}`,
      kind: 'mediasoup' as const,
      vip: `vip-${Math.floor(i / NODES_PER_VIP)}`,
      addresses: [
        { family: 4 as const, text: `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}` },
        { family: 6 as const, text: `fd00:1::${(i + 1).toString(16)}` },
      ],
      zone: i % 2 ? 'a' : 'b',
      weight: 100,
      signallingPort: 443,
      inheritsSignallingPort: true,
      mediaPorts: { first, last: first + MEDIA_PORTS - 1 },
      healthPort: 8080,
      stunPort: 8080,
      state: 'active' as const,
    };
  });
  return {
    cluster: 'bench',
    ...DEFAULTS,
    placement: {
      algorithm: 'maglev',
      tableSize: n > 600 ? 655_373 : 65_537,
      loadBound: 1.25,
      movesPerSecond: null,
    },
    vips,
    nodes,
  };
}
