/** A declared balancer per target, at addresses where nothing is: for what never connects. */
import type { Balancer } from '../../src/targets/balancer.ts';

const COMMON = {
  vips: null,
  services: 'all',
  host: null,
  namespace: null,
  maxRemoved: 0.2,
  drift: 'repair',
  interval: 60,
  drainLimit: null,
  lock: null,
} as const;

const BALANCERS: readonly Balancer[] = [
  {
    ...COMMON,
    id: 'haproxy-1',
    target: 'haproxy',
    configFile: '/nonexistent/haproxy.cfg',
    statsSocket: '/nonexistent/admin.sock',
    masterSocket: '/nonexistent/master.sock',
    stateFile: null,
    binary: 'haproxy',
  },
  {
    ...COMMON,
    id: 'nftables-1',
    target: 'nftables',
    nft: '/nonexistent/nft',
    conntrack: '/nonexistent/conntrack',
  },
  {
    ...COMMON,
    id: 'ipvs-1',
    target: 'ipvs',
    ipvsadm: '/nonexistent/ipvsadm',
    ownedFile: '/nonexistent/owned.json',
  },
  {
    ...COMMON,
    id: 'keepalived-1',
    target: 'keepalived',
    configFile: '/nonexistent/keepalived.conf',
    pidFile: '/nonexistent/keepalived.pid',
    binary: '/nonexistent/keepalived',
    ipvsadm: '/nonexistent/ipvsadm',
  },
  {
    ...COMMON,
    id: 'nginx-1',
    target: 'nginx',
    configFile: '/nonexistent/nginx.conf',
    pidFile: '/nonexistent/nginx.pid',
    binary: '/nonexistent/nginx',
  },
  ...(['f5-as3', 'a10-acos', 'citrix-netscaler'] as const).map((target) => ({
    ...{ ...COMMON, id: `${target}-1`, target, url: 'https://device.invalid', partition: null },
    ...{
      credentialsFile: null,
      credentialsVariable: 'FAKE_CREDENTIALS',
      caFile: null,
      tls: 'verify' as const,
    },
  })),
  {
    ...COMMON,
    id: 'file-1',
    target: 'file',
    dialect: 'haproxy',
    file: null,
    path: '/nonexistent/haproxy.cfg',
    checkCommand: null,
    reloadCommand: null,
  },
];

export function balancerFor(target: string): Balancer {
  const balancer = BALANCERS.find((one) => one.target === target);
  if (!balancer) throw new Error(`test/targets/balancers.ts has no balancer for ${target}`);
  return balancer;
}
