/** Envoy: what its files say together, what changes with health, and what its own protos say of each. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import type { Intent } from '../../src/intent/model.ts';
import { envoy } from '../../src/targets/envoy/index.ts';
import { topologies } from '../topology/arbitrary.ts';
import { cluster, intentOf, type Fields } from './documents.ts';
import { protoFaults } from './grammars/envoy-protos.ts';
import { grammarOf } from './grammars/index.ts';

type Json = Readonly<Record<string, unknown>>;

const intents: fc.Arbitrary<Intent> = topologies().map((topology) => buildIntent(clusterView(topology)));
const TWO = [{ healthPort: 9100 }, { healthPort: 9100 }];
const TERMINATE = { port: 443, domain: 'example.net', tls: 'terminate', certificate: '/etc/ssl/sfu.pem' };
const MEDIA = { ports: '40000-40009', idleTimeout: '90s' };

const render = (vip: Fields, nodes: readonly Fields[] = TWO) => filesOf(intentOf(cluster(vip, nodes)));
const filesOf = (intent: Intent) =>
  new Map(envoy.render(intent).files.map(({ path: name, content }) => [name, content]));

/** Each once, wherever it stands. */
function valuesOf(tree: unknown, key: string, found = new Set<unknown>()): Set<unknown> {
  if (typeof tree !== 'object' || tree === null) return found;
  for (const [name, value] of Object.entries(tree)) {
    if (name === key) found.add(value);
    valuesOf(value, key, found);
  }
  return found;
}
const resourcesOf = (files: ReadonlyMap<string, string>, name: string) =>
  (JSON.parse(files.get(name)!) as { resources: Json[] }).resources;
const named = (resources: readonly Json[], name: string) => resources.find((one) => one.name === name);

describe("Envoy's own protos", () => {
  const typeOf = (name: string) =>
    name === 'envoy.json'
      ? 'envoy.config.bootstrap.v3.Bootstrap'
      : 'envoy.service.discovery.v3.DiscoveryResponse';

  test('know each field of every file, whatever the topology', () => {
    fc.assert(
      fc.property(intents, (intent) => {
        for (const [name, content] of filesOf(intent)) {
          if (name.endsWith('.json')) assert.deepEqual(protoFaults(typeOf(name), content), [], content);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('refuse what the grammar refuses as well: a field or a value that they do not have', () => {
    const files = render({ signalling: { ...TERMINATE, persistence: '60s' }, media: MEDIA });
    const spoilt: [string, RegExp, string][] = [
      ['cds.json', /"connect_timeout"/, '"connection_timeout"'],
      ['cds.json', /"EDS"/, '"eds"'],
      ['cds.json', /"table_size":"65537"/, '"table_size":"5000012"'],
      ['cds.json', /"5s"/, '"5"'],
      ['cds.json', /"port_value":4443/, '"port_value":70000'],
      ['eds-public.json', /"load_balancing_weight": 100/, '"load_balancing_weight": 0'],
      ['eds-public.json', /"cluster_name": "[a-z/]+"/, '"cluster_name": ""'],
      ['eds-public.json', /endpoint[.]v3[.]C/, 'endpoint.v2.C'],
      ['rds-public.json', /\/n\/sfu-1"/, '/n/sfu-1/"'],
      ['rds-public.json', /"source_ip":true/, '"source_ip":1'],
      ['lds.json', /"TLSv1_2"/, '"TLSv1.2"'],
      ['lds.json', /"UDP"/, '"udp"'],
      ['lds.json', /"stat_prefix"/, '"statPrefix"'],
      ['envoy.json', /"path_config_source"/, '"path"'],
    ];
    for (const [name, pattern, by] of spoilt) {
      const text = files.get(name)!;
      assert.match(text, pattern);
      const damaged = text.replace(pattern, by);
      assert.notDeepEqual(protoFaults(typeOf(name), damaged), [], `${name}: ${by}`);
      assert.notDeepEqual(grammarOf('envoy', name)!.check(damaged), [], `${name}: ${by}`);
    }
  });
});

describe('the files of Envoy', () => {
  test('refer to nothing that is not there, whatever the topology', () => {
    fc.assert(
      fc.property(intents, (intent) => {
        const files = filesOf(intent);
        if (files.size === 0) return;
        const names = (file: string) => new Set(resourcesOf(files, file).map((one) => one.name as string));
        const clusters = names('cds.json');
        for (const [name, content] of files) {
          if (!name.endsWith('.json')) continue;
          const tree: unknown = JSON.parse(content);
          // Of the bootstrap it is the name of the cluster of proxies.
          if (name !== 'envoy.json')
            for (const to of valuesOf(tree, 'cluster')) assert.ok(clusters.has(to as string), String(to));
          for (const to of valuesOf(tree, 'path'))
            if (to !== '/health') assert.ok(files.has(path.basename(to as string)), String(to));
          for (const to of valuesOf(tree, 'route_config_name'))
            assert.deepEqual(
              resourcesOf(files, `rds-${(to as string).split('/')[0]!.toLowerCase()}.json`).map(
                (one) => one.name as string,
              ),
              [to],
            );
          for (const to of name.startsWith('eds-') ? valuesOf(tree, 'cluster_name') : [])
            assert.ok(clusters.has(to as string));
        }
      }),
      { numRuns: 200 },
    );
  });

  test('change with health in the endpoints of their pool alone', () => {
    const topology = cluster({ signalling: { port: 80 }, media: MEDIA }, [{}, {}, {}]);
    const before = filesOf(buildIntent(clusterView(topology)));
    const after = filesOf(buildIntent(clusterView(topology, new Map([['sfu-2', 'down']]))));
    const changed = [...after]
      .filter(([name, content]) => before.get(name) !== content)
      .map(([name]) => name);
    // The header of the installer tells the revision of the whole.
    assert.deepEqual(changed, ['eds-public.json', 'install.sh']);
    assert.match(after.get('eds-public.json')!, /"hostname":"sfu-2"[^\n]*\n *"health_status": "DRAINING"/);
  });

  test('take a new node into routes and clusters without touching the listener of WebSockets', () => {
    const listener = (nodes: Fields[]) =>
      named(resourcesOf(render({ signalling: { port: 80 } }, nodes), 'lds.json'), 'public/signalling');
    assert.deepEqual(listener([{}, {}, {}]), listener([{}, {}]));
  });

  test('are named after their VIP in lower case, as all rendered files are', () => {
    const files = render({ id: 'Edge.EU', signalling: { port: 80 } }, [{ vip: 'Edge.EU' }]);
    assert.ok(files.has('eds-edge.eu.json') && files.has('rds-edge.eu.json'), [...files.keys()].join());
  });

  test('lead a client by path, then the rest to the pool', () => {
    const [routes] = resourcesOf(render({ signalling: { port: 80 } }), 'rds-public.json');
    assert.deepEqual(routes!.virtual_hosts, [
      {
        name: 'public/signalling',
        domains: ['*'],
        routes: [
          ...['sfu-1', 'sfu-2'].map((node) => ({
            match: { path_separated_prefix: `/n/${node}` },
            route: { cluster: `public/signalling/${node}`, timeout: '0s' },
          })),
          { match: { prefix: '/' }, route: { cluster: 'public/signalling', timeout: '0s' } },
        ],
      },
    ]);
  });

  test('lead a client by server name, and everybody else to the pool', () => {
    const files = render({ signalling: { port: 443, domain: 'example.net', persistence: '60s' } });
    const listener = named(resourcesOf(files, 'lds.json'), 'public/signalling')!;
    const chains = listener.filter_chains as Json[];
    assert.deepEqual(
      chains.map((chain) => [...valuesOf(chain, 'server_names'), ...valuesOf(chain, 'cluster')]),
      [
        [['sfu-1.example.net'], 'public/signalling/sfu-1'],
        [['sfu-2.example.net'], 'public/signalling/sfu-2'],
      ],
    );
    const rest = listener.default_filter_chain;
    assert.deepEqual([...valuesOf(rest, 'cluster')], ['public/signalling']);
    assert.deepEqual([...valuesOf(rest, 'hash_policy')], [[{ source_ip: {} }]]);
  });

  test('end TLS with one PEM file, and name nodes by host and path behind it', () => {
    const files = render({ signalling: TERMINATE });
    const listener = named(resourcesOf(files, 'lds.json'), 'public/signalling');
    assert.deepEqual([...valuesOf(listener, 'filename')], ['/etc/ssl/sfu.pem']);
    const domains = [...valuesOf(resourcesOf(files, 'rds-public.json'), 'domains')];
    assert.deepEqual(domains, [
      ['sfu-1.example.net', 'sfu-1.example.net:*'],
      ['sfu-2.example.net', 'sfu-2.example.net:*'],
      ['*'],
    ]);
  });

  test('forward each media port to the same port of its node, on both families, with the idle time asked for', () => {
    const files = render({ media: MEDIA });
    const listener = named(resourcesOf(files, 'lds.json'), 'public/media/sfu-2/udp:40003');
    const cluster = named(resourcesOf(files, 'cds.json'), 'public/media/sfu-2:40003');
    assert.deepEqual(
      [...valuesOf(listener, 'socket_address')],
      ['203.0.113.10', '2001:db8::10'].map((address) => ({ protocol: 'UDP', address, port_value: 40_003 })),
    );
    assert.deepEqual([...valuesOf(listener, 'cluster')], ['public/media/sfu-2:40003']);
    assert.deepEqual([...valuesOf(listener, 'idle_timeout')], ['90s']);
    assert.deepEqual([...valuesOf(cluster, 'socket_address')], [{ address: '10.0.0.2', port_value: 40_003 }]);
  });

  test('keep the ports of a draining node with keep-flows, and give them up with flush', () => {
    const udp = (drain: string) =>
      named(
        resourcesOf(render({ media: { ...MEDIA, drain } }, [{ state: 'draining' }, {}]), 'lds.json'),
        'public/media/sfu-1/udp:40000',
      );
    assert.ok(udp('keep-flows'));
    assert.equal(udp('flush'), undefined);
  });

  test('check a pool by HTTP where all members have it, else by a connection, at the port of each', () => {
    const check = (nodes: Fields[]) =>
      named(resourcesOf(render({ signalling: { port: 80 } }, nodes), 'cds.json'), 'public/signalling')!
        .health_checks as Json[];
    assert.ok('http_health_check' in check(TWO)[0]!);
    assert.ok('tcp_health_check' in check([{ healthPort: 9100 }, {}])[0]!);
    const files = render({ signalling: { port: 80 } }, [{ healthPort: 9100 }, {}]);
    const ports = [...valuesOf(resourcesOf(files, 'eds-public.json'), 'health_check_config')];
    assert.deepEqual(ports, [{ port_value: 9100 }, { port_value: 4443 }]);
  });
});

test('install.sh moves what changed into place, and leaves the rest as it is', async (t) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'roomlb-envoy-'));
  t.after(() => rm(folder, { recursive: true }));
  const to = path.join(folder, 'in place');
  const install = async (nodes: Fields[]) => {
    for (const [name, content] of render({ signalling: { port: 80 } }, nodes))
      await writeFile(path.join(folder, name), content);
    return promisify(execFile)('sh', [path.join(folder, 'install.sh'), to]);
  };
  /** A file that was moved into place is another one. */
  const inodes = async () => {
    const names = await readdir(to);
    return new Map(
      await Promise.all(names.map(async (name) => [name, (await stat(path.join(to, name))).ino] as const)),
    );
  };
  const first = await install([{}, {}]);
  assert.match(first.stdout, /restart Envoy/);
  const before = await inodes();
  assert.deepEqual([...before.keys()].sort(), [
    'cds.json',
    'eds-public.json',
    'envoy.json',
    'lds.json',
    'rds-public.json',
  ]);
  const second = await install([{}, { weight: 7 }]);
  assert.equal(second.stdout, '');
  const after = await inodes();
  assert.deepEqual(
    [...after].filter(([name, inode]) => before.get(name) !== inode).map(([name]) => name),
    ['eds-public.json'],
  );
  assert.match(await readFile(path.join(to, 'eds-public.json'), 'utf8'), /"load_balancing_weight": 7/);
});
