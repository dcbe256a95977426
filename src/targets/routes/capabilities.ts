import type { Capabilities } from '../target.ts';

/** No packet goes through a daemon that announces. */
export const ROUTE_CAPABILITIES = {
  udp: 'announced',
  tcp: 'announced',
  forwarding: [],
  ipv6: true,
  naming: [],
  health: 'withdrawn below the watermark',
  drain: 'graceful shutdown community (RFC 8326)',
} as const satisfies Omit<Capabilities, 'versions'>;
