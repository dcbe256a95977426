/** `health:`, `pins:`, `maintenance:` and `balancers:` as users may write them, for property tests. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { roomNameFault } from '../../src/room-name.ts';
import { COMMON_DEFAULTS, ENGINE_DEFAULTS, type Balancer } from '../../src/topology/balancers/balancer.ts';
import type { HealthConfig } from '../../src/topology/health/config.ts';
import { readHealth } from '../../src/topology/health/read-config.ts';
import type { CheckDocument, HealthDocument } from '../../src/topology/health/schema.ts';
import type { MaintenanceWindow } from '../../src/topology/maintenance/window.ts';
import type { Pin } from '../../src/topology/pins/pin.ts';
import { Problems } from '../../src/topology/problems.ts';

const common = {
  interval: fc.constantFrom('100ms', '2s', '5m'),
  timeout: fc.constantFrom('10ms', '100ms'),
  effect: fc.constantFrom('down', 'suspect', 'report'),
} as const;
const transports = fc.constantFrom<('udp' | 'tcp')[]>(['udp'], ['tcp'], ['tcp', 'udp']);
const http = {
  ...common,
  port: fc.constantFrom(80, 9100),
  path: fc.constantFrom('/', '/health?"deep"'),
  host: fc.constant('sfu.example.net'),
  tls: fc.constantFrom<('off' | 'verify' | false)[]>('off', 'verify', false),
} as const;

function ofType(type: CheckDocument['type'], options: Record<string, fc.Arbitrary<unknown>>) {
  const known = fc.record(options, { requiredKeys: [] });
  return known.map((chosen): CheckDocument => ({ ...(chosen as Partial<CheckDocument>), type }));
}

const check = fc.oneof(
  fc.constantFrom<'stun' | 'janus'>('stun', 'janus'),
  ofType('stun', { ...common, transports }),
  ofType('vip-stun', { ...common, transports }),
  ofType('heartbeat', { ...common, maxAge: fc.constantFrom('100ms', '5s', '1h') }),
  ofType('tcp', { ...common, port: fc.constantFrom(22, 65_535) }),
  ofType('http', { ...http, status: fc.constantFrom([200], [200, 503]), body: fc.constant('"ok": true') }),
  ofType('janus', {
    ...http,
    adminPort: fc.constant(7089),
    adminPath: fc.constant('/secret-admin'),
    adminSecretFile: fc.constant('/etc/roomlb/janus.secret'),
  }),
);

const document = fc.record(
  {
    enabled: fc.boolean(),
    interval: fc.constantFrom('500ms', '2s', '1h'),
    timeout: fc.constantFrom('10ms', '500ms'),
    rise: fc.integer({ min: 1, max: 100 }),
    fall: fc.integer({ min: 1, max: 100 }),
    checks: fc.array(check, { minLength: 1, maxLength: 4 }),
    damping: fc.constantFrom<HealthDocument['damping'][]>(
      'off',
      false,
      {},
      { halfLife: '90s', suppress: 1000 },
      { reuse: 7, maxSuppress: '24h' },
    ),
    panicThreshold: fc.constantFrom<HealthDocument['panicThreshold'][]>('off', false, 0.1, 0.75),
    slowStart: fc.constantFrom<HealthDocument['slowStart'][]>('off', false, '1s', '90s'),
    downMembers: fc.constantFrom('weight-0', 'remove'),
    deepCheck: fc.constantFrom<HealthDocument['deepCheck'][]>(
      'off',
      false,
      { cron: '@daily' },
      { cron: '30 4 * * sat,sun', timeZone: 'Asia/Seoul' },
    ),
    concurrency: fc.integer({ min: 1, max: 16_384 }),
  },
  { requiredKeys: [] },
);

export const healthConfigs: fc.Arbitrary<HealthConfig> = document.map((written) => {
  const problems = new Problems();
  const config = readHealth(written, ['health'], problems);
  assert.deepEqual(problems.list, []);
  return config;
});

/** Sorted; of these nodes, and of zone `a`. */
export function maintenanceOf(nodes: readonly string[]): fc.Arbitrary<MaintenanceWindow[]> {
  const window = fc.record(
    {
      id: fc.constantFrom('w', 'kernel-updates', '0'),
      cron: fc.constantFrom('0 3 * * sun', '@monthly', '30 2 L * *'),
      duration: fc.integer({ min: 1, max: 7 * 24 * 60 - 1 }).map((minutes) => minutes * 60_000),
      timeZone: fc.constantFrom('UTC', 'Asia/Seoul', 'Europe/Berlin'),
      scope: fc.constantFrom({ zone: 'a' }, { nodes: nodes.slice(0, 2) }),
    },
    { noNullPrototype: true },
  );
  const windows = fc.uniqueArray(window, { selector: ({ id }) => id, maxLength: 3 });
  return windows.map((list) => list.sort((a, b) => (a.id < b.id ? -1 : 1)));
}

const COMMON = { ...COMMON_DEFAULTS, vips: null, host: null, namespace: null, lock: null };

/** Sorted; rooms of these nodes, with names that YAML reads as something else where they are not quoted. */
export function pinsOf(nodes: readonly string[]): fc.Arbitrary<Pin[]> {
  const pin = fc.record(
    {
      room: fc.oneof(
        fc.constantFrom('standup', 'null', '1e3', 'a: b', '# x', '- ', ' x ', 'ü', '{', '__proto__', 'off'),
        fc.string({ minLength: 1, maxLength: 20 }).filter((room) => roomNameFault(room) === undefined),
      ),
      node: fc.constantFrom(...nodes),
      strict: fc.boolean(),
    },
    { noNullPrototype: true },
  );
  const pins = fc.uniqueArray(pin, { selector: ({ room }) => room, maxLength: 4 });
  return pins.map((list) => list.sort((a, b) => (a.room < b.room ? -1 : 1)));
}

/** One of each engine that can stand beside the others, with what they share at its defaults or not. */
const BALANCERS: readonly Balancer[] = [
  {
    ...COMMON,
    id: 'a',
    target: 'haproxy',
    ...ENGINE_DEFAULTS.haproxy,
    masterSocket: null,
    stateFile: '/run/haproxy/servers.state',
    services: 'signalling',
  },
  { ...COMMON, id: 'b', target: 'keepalived', ...ENGINE_DEFAULTS.keepalived, host: 'lb-2' },
  {
    ...{ ...COMMON, id: 'c', target: 'file', dialect: 'nftables', path: '/srv/lb.nft', namespace: 'edge' },
    file: 'nft.conf',
    ...{ checkCommand: ['/usr/sbin/nft', '-c', '-f', '{file}'], reloadCommand: null },
  },
  {
    ...COMMON,
    id: 'd',
    target: 'nginx',
    ...ENGINE_DEFAULTS.nginx,
    drift: 'report',
    lock: '/run/lock/d',
    namespace: 'd',
  },
  {
    ...COMMON,
    id: 'e',
    target: 'nftables',
    ...ENGINE_DEFAULTS.nftables,
    maxRemoved: 0.07,
    services: 'media',
  },
  {
    ...{ ...COMMON, id: 'f', target: 'file', dialect: 'haproxy', path: '/srv/lb.cfg', drainLimit: null },
    file: null,
    ...{ checkCommand: null, reloadCommand: ['/bin/sh', '-c', 'echo "$0" \\ {file}'], interval: 86_400 },
  },
  {
    ...{ ...COMMON, id: 'g', target: 'f5-as3', url: 'https://[2001:db8::1]:8443', partition: 'roomlb.edge' },
    ...{ credentialsFile: '/etc/roomlb/g', credentialsVariable: null, caFile: '/etc/ca.pem', tls: 'verify' },
  },
  {
    ...{ ...COMMON, id: 'h', target: 'f5-as3', url: 'http://127.0.0.1:8100', partition: null },
    ...{ credentialsFile: null, credentialsVariable: 'H_CREDENTIALS', caFile: null, tls: 'insecure' },
  },
];

/** Sorted; each carries some of these VIPs, or all. */
export function balancersOf(vips: readonly string[]): fc.Arbitrary<Balancer[]> {
  const some = fc.option(fc.subarray([...vips].sort(), { minLength: 1 }));
  return fc
    .subarray([...BALANCERS])
    .chain((list) =>
      fc.tuple(...list.map((balancer) => some.map((carried) => ({ ...balancer, vips: carried })))),
    );
}
