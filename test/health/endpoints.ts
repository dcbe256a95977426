/** Endpoints for tests, complete but for what a test is about. */
import { parseAddress } from '../../src/topology/address.ts';
import type { IpAddress } from '../../src/topology/model.ts';
import type { EndpointOf } from '../../src/health/endpoint.ts';

export const address = (text: string): IpAddress => {
  const parsed = parseAddress(text);
  if (!parsed) throw new Error(`no address: ${text}`);
  return parsed;
};

export const LOOPBACK = address('127.0.0.1');
const base = { node: 'sfu-1', interval: 1000, timeout: 1000, effect: 'down' as const };
const addressed = { ...base, address: LOOPBACK };

export const stunAt = (port: number, more: Partial<EndpointOf<'stun'>> = {}): EndpointOf<'stun'> => ({
  ...addressed,
  id: `stun:${port}`,
  check: 'stun',
  transport: 'udp',
  port,
  ...more,
});

export const vipStunAt = (
  port: number,
  more: Partial<EndpointOf<'vip-stun'>> = {},
): EndpointOf<'vip-stun'> => ({
  ...addressed,
  id: `vip-stun:${port}`,
  check: 'vip-stun',
  transport: 'udp',
  vip: 'public',
  port,
  ...more,
});

export const tcpAt = (port: number): EndpointOf<'tcp'> => ({
  ...addressed,
  id: `tcp:${port}`,
  check: 'tcp',
  port,
});

const http = { tls: 'off' as const, host: null };

export const httpAt = (port: number, more: Partial<EndpointOf<'http'>> = {}): EndpointOf<'http'> => ({
  ...addressed,
  ...http,
  id: `http:${port}`,
  check: 'http',
  port,
  path: '/health',
  status: [],
  body: null,
  ...more,
});

export const janusAt = (port: number, more: Partial<EndpointOf<'janus'>> = {}): EndpointOf<'janus'> => ({
  ...addressed,
  ...http,
  id: `janus:${port}`,
  check: 'janus',
  port,
  path: '/janus',
  admin: null,
  ...more,
});

export const heartbeat = (maxAge = 5000): EndpointOf<'heartbeat'> => ({
  ...base,
  id: 'heartbeat',
  check: 'heartbeat',
  maxAge,
});
