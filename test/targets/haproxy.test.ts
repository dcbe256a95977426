/** What HAProxy's target writes, line by line, and what HAProxy's own checker says of it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { SPARE_SLOTS } from '../../src/targets/haproxy/pool.ts';
import { serverIds } from '../../src/targets/haproxy/names.ts';
import type { Topology } from '../../src/topology/model.ts';
import { selfSigned } from '../lab/echo-node.ts';
import { findBinary } from '../lab/netns.ts';
import { topologies } from '../topology/arbitrary.ts';
import { configOf, renderTopology, sectionOf, topologyOf } from './haproxy-fixtures.ts';

interface Parts {
  /** More keys of the VIP, as YAML in flow style. */
  vip?: string;
  signalling?: string;
  media?: string;
  nodes?: readonly string[];
}

const NODE = 'id: sfu-1, addresses: [10.0.1.11, "fd00:1::11"], mediaPorts: 40000-40003';
const OTHER = 'id: sfu-10, addresses: ["fd00:1::12"], mediaPorts: 40004-40007, weight: 200';

function topology(parts: Parts = {}): Topology {
  const { vip = 'forwarding: nat', signalling = 'port: 443', media, nodes = [NODE, OTHER] } = parts;
  return topologyOf(`
cluster: seoul-1
vips:
  - { id: public, addresses: [203.0.113.10, "2001:db8::10"], ${vip}, signalling: { ${signalling} }, media: { ports: 40000-49999, ${media ?? 'protocols: [tcp]'} } }
nodes:
${nodes.map((node) => `  - { kind: mediasoup, vip: public, signallingPort: 4443, ${node} }`).join('\n')}
`);
}

const findings = (parts: Parts, level: string) =>
  renderTopology(topology(parts)).findings.filter((finding) => finding.level === level);
const lines = (parts: Parts, name: string) => sectionOf(configOf(topology(parts)), name);
const servers = (parts: Parts, name: string) =>
  lines(parts, name).filter((line) => line.startsWith('server '));

describe('the shared signalling pool', () => {
  test('listens on every address of the VIP', () => {
    assert.deepEqual(lines({}, 'sig:public').slice(0, 2), [
      'bind 203.0.113.10:443',
      'bind [2001:db8::10]:443',
    ]);
  });

  test('looks the node up by the path where it sees one, with one rule for all nodes', () => {
    const pool = lines({}, 'sig:public');
    assert.ok(pool.includes('mode http'));
    assert.ok(pool.includes('http-request set-var(txn.node) path,field(3,/) if { path_beg /n/ }'));
    assert.deepEqual(
      pool.filter((line) => line.startsWith('use-server')),
      ['use-server %[var(txn.node)] if named'],
    );
  });

  test('looks the node up by the TLS server name where TLS ends on the node', () => {
    const pool = lines({ signalling: 'port: 443, domain: media.example' }, 'sig:public');
    assert.ok(!pool.includes('mode http'));
    assert.ok(
      pool.includes(
        `tcp-request content set-var(txn.node) 'req.ssl_sni,lower,regsub("[.]media[.]example$","")' if { req.ssl_sni -i -m end .media.example }`,
      ),
    );
  });

  test('has no naming rules where nothing can be seen, and says so', () => {
    const hidden = { signalling: 'port: 443, tls: passthrough' };
    assert.ok(!lines(hidden, 'sig:public').some((line) => /named|txn\.node|ssl_sni/.test(line)));
    const [finding] = findings(hidden, 'degraded');
    assert.deepEqual(finding?.about, ['public/signalling']);
    assert.match(finding.hint, /signalling\.domain/);
  });

  test('says nothing of hidden names where every node has a port of its own', () => {
    assert.deepEqual(
      findings({ signalling: 'port: 443, ports: 20000-20999, tls: passthrough' }, 'degraded'),
      [],
    );
  });

  test('ends TLS with the certificate, HTTP/1.1 and TLS 1.2 or newer where that is asked for', () => {
    const signalling = 'port: 443, ports: 20000-20999, certificate: /etc/ssl/roomlb.pem';
    const tls = 'ssl crt /etc/ssl/roomlb.pem alpn http/1.1 ssl-min-ver TLSv1.2 no-tls-tickets';
    assert.equal(lines({ signalling }, 'sig:public')[0], `bind 203.0.113.10:443 ${tls}`);
    assert.equal(lines({ signalling }, 'node:public:sfu-1')[0], `bind 203.0.113.10:20000 ${tls}`);
  });

  test('carries the declared weights, and 0 for a draining node', () => {
    const nodes = [NODE, OTHER, 'id: old, addresses: [10.0.1.13], mediaPorts: 40008, state: draining'];
    const weights = servers({ nodes }, 'sig:public').map((line) =>
      /server (\S+) .* weight ([0-9]+)/.exec(line)?.slice(1),
    );
    assert.deepEqual(weights.slice(0, 3), [
      ['old', '0'],
      ['sfu-1', '100'],
      ['sfu-10', '200'],
    ]);
  });

  test('leaves out a disabled node everywhere', () => {
    const nodes = [NODE, `${OTHER}, state: disabled`];
    assert.ok(!configOf(topology({ nodes })).includes('sfu-10'));
  });

  test('reaches a node of both families by IPv4, and one of IPv6 alone in brackets', () => {
    const [first, second] = servers({}, 'sig:public');
    assert.match(first ?? '', /^server sfu-1 10\.0\.1\.11:4443 /);
    assert.match(second ?? '', /^server sfu-10 \[fd00:1::12\]:4443 /);
  });

  test('keeps spare servers in maintenance, under names that no node can have', () => {
    const spare = servers({}, 'sig:public').filter((line) => line.startsWith('server spare:'));
    assert.equal(spare.length, SPARE_SLOTS);
    assert.ok(spare.every((line) => line.endsWith(' disabled')));
  });

  test('remembers sources only where persistence is asked for, and never by a named node', () => {
    assert.ok(!lines({}, 'sig:public').some((line) => line.startsWith('stick')));
    const sticky = lines({ signalling: 'port: 443, persistence: 90s' }, 'sig:public');
    assert.deepEqual(
      sticky.filter((line) => line.startsWith('stick')),
      [
        'stick-table type ipv6 size 1m expire 90s',
        'stick match src unless named',
        'stick store-request src unless named',
      ],
    );
  });

  test('closes a WebSocket after the idle time of the VIP, and plain TCP too', () => {
    assert.ok(
      lines({ signalling: 'port: 443, idleTimeout: 90s' }, 'sig:public').includes('timeout tunnel 90s'),
    );
    const tcp = lines({ signalling: 'port: 443, idleTimeout: 90s, domain: media.example' }, 'sig:public');
    assert.ok(tcp.includes('timeout client 90s') && tcp.includes('timeout server 90s'));
  });
});

describe('health checks of the pool', () => {
  const health = (node: string) => `${node}, healthPort: 8080`;

  test('connect to the signalling port where no node has a health port', () => {
    assert.ok(servers({}, 'sig:public')[0]?.endsWith('check port 4443 inter 2s rise 2 fall 3'));
    assert.ok(!configOf(topology()).includes('httpchk'));
  });

  test('ask by HTTP where every node has a health port', () => {
    const nodes = [health(NODE), health(OTHER)];
    assert.ok(lines({ nodes }, 'sig:public').includes('http-check send meth GET uri /health'));
    assert.ok(servers({ nodes }, 'sig:public')[0]?.endsWith('check port 8080 inter 2s rise 2 fall 3'));
  });

  test('ask each node as it wants to be asked where only some have a health port', () => {
    const nodes = [health(NODE), OTHER];
    assert.ok(!lines({ nodes }, 'sig:public').includes('option httpchk'));
    const [first, second] = servers({ nodes }, 'sig:public');
    assert.ok(first?.endsWith('track check:public/sfu-1'));
    assert.ok(second?.endsWith('check port 4443 inter 2s rise 2 fall 3'));
    assert.deepEqual(lines({ nodes }, 'check:public'), [
      'option httpchk',
      'http-check send meth GET uri /health',
      'http-check expect status 200',
      'server sfu-1 10.0.1.11:4443 check port 8080 inter 2s rise 2 fall 3',
    ]);
  });
});

describe('services of one node', () => {
  test('forward the media ports of a node as one range, ports unchanged', () => {
    assert.deepEqual(lines({}, 'media:public:sfu-1'), [
      'bind 203.0.113.10:40000-40003',
      'bind [2001:db8::10]:40000-40003',
      'timeout client 60s',
      'timeout server 60s',
      'server sfu-1 10.0.1.11',
    ]);
  });

  test('give each node a signalling port of its own, which a draining node keeps', () => {
    const parts = { signalling: 'port: 443, ports: 20000-20999', nodes: [NODE, `${OTHER}, state: draining`] };
    assert.deepEqual(servers(parts, 'node:public:sfu-10'), ['server sfu-10 [fd00:1::12]:4443']);
    assert.equal(lines(parts, 'node:public:sfu-10')[0], 'bind 203.0.113.10:20004');
  });

  test('drain media by weight 0 where flows are kept', () => {
    const parts = {
      media: 'protocols: [tcp], drain: keep-flows',
      nodes: [NODE, `${OTHER}, state: draining`],
    };
    assert.deepEqual(servers(parts, 'media:public:sfu-10'), ['server sfu-10 [fd00:1::12] weight 0']);
  });

  test('drain media by maintenance where flows are flushed, and say what a reload does not do', () => {
    const parts = { media: 'protocols: [tcp], drain: flush', nodes: [NODE, `${OTHER}, state: draining`] };
    const cut = 'on-marked-down shutdown-sessions';
    assert.deepEqual(servers(parts, 'media:public:sfu-1'), [`server sfu-1 10.0.1.11 ${cut}`]);
    assert.deepEqual(servers(parts, 'media:public:sfu-10'), [`server sfu-10 [fd00:1::12] disabled ${cut}`]);
    assert.deepEqual(findings(parts, 'degraded')[0]?.about, [
      'public/media/sfu-1/tcp',
      'public/media/sfu-10/tcp',
    ]);
  });
});

describe('what HAProxy cannot do', () => {
  test('UDP media is refused in one finding per VIP that names every service and who can', () => {
    const [finding, ...more] = findings({ media: 'protocols: [udp, tcp]' }, 'refused');
    assert.deepEqual(more, []);
    assert.deepEqual(finding?.about, ['public/media/sfu-1/udp', 'public/media/sfu-10/udp']);
    assert.match(finding.hint, /nftables/);
  });

  for (const forwarding of ['dsr', 'tunnel']) {
    test(`a VIP in ${forwarding} mode is refused whole, and nothing of it is in the file`, () => {
      const nodes = ['id: sfu-1, addresses: [10.0.1.11, "fd00:1::11"], mediaPorts: 40000'];
      const parts = { vip: `forwarding: ${forwarding}`, signalling: 'port: 4443', nodes };
      assert.deepEqual(renderTopology(topology(parts)).files, []);
      assert.deepEqual(
        findings(parts, 'refused').flatMap(({ about }) => about),
        ['public/media/sfu-1/tcp', 'public/signalling'],
      );
    });
  }

  test('binding an address that VRRP moves is asked for as such, and no other', () => {
    assert.ok(!configOf(topology()).includes('transparent'));
    const moved = configOf(topology({ vip: 'vrrp: { interface: eth0, routerId: 51 }' }));
    assert.ok(moved.split('\n').every((line) => !/^ +bind /.test(line) || / transparent\b/.test(line)));
  });
});

describe('rules', () => {
  test('are one per listening address of a pool, one per member, and one per address of a node', () => {
    const { rules } = renderTopology(topology({ signalling: 'port: 443, ports: 20000-20999' }));
    assert.equal(rules.length, 2 + 2 + 2 * 2 + 2 * 2);
    assert.deepEqual(
      rules.filter(({ node }) => node === null).map(({ key }) => key),
      ['sig:public 203.0.113.10:443', 'sig:public [2001:db8::10]:443'],
    );
  });

  test('of other nodes stay the same when a node comes', () => {
    const rulesOf = (nodes: string[]) =>
      renderTopology(topology({ nodes })).rules.map(({ key, text }) => `${key} ${text}`);
    const with3 = new Set(rulesOf([NODE, OTHER, 'id: a, addresses: [10.0.1.13], mediaPorts: 40008']));
    assert.ok(rulesOf([NODE, OTHER]).every((rule) => with3.has(rule)));
  });
});

test('server ids are distinct, positive and above the spare slots, even where hashes collide', () => {
  // Among so many, some collide in 31 bits: about n² / 2³² pairs.
  const nodes = Array.from({ length: 200_000 }, (_, i) => `node-${i}`);
  const ids = [...serverIds(nodes).values()];
  assert.equal(new Set(ids).size, nodes.length);
  assert.ok(ids.every((id) => id > SPARE_SLOTS && id < 2 ** 31));
});

const haproxy = findBinary('haproxy');

describe('haproxy -c', { skip: haproxy ? false : 'needs haproxy, which is not installed' }, () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'roomlb-haproxy-'));
  let certificate = '';
  before(async () => {
    certificate = (await selfSigned(folder, '*.sfu.example.net')).both;
  });
  after(() => rmSync(folder, { recursive: true }));

  function accepts(made: Topology): void {
    const [file] = renderTopology(made).files;
    if (!file) return;
    const written = path.join(folder, file.path);
    writeFileSync(written, file.content);
    const { status, stdout, stderr } = spawnSync(haproxy ?? '', ['-c', '-f', written], { encoding: 'utf8' });
    assert.equal(status, 0, stderr + file.content);
    assert.doesNotMatch(stderr + stdout, /WARNING|ALERT|[Ww]arnings were found/);
  }

  test('accepts what any topology renders to, without a warning', () => {
    fc.assert(fc.property(topologies({ certificate }), accepts), { numRuns: 60 });
  });

  test('accepts a VIP that has no nodes yet', () => {
    accepts({ ...topology(), nodes: [] });
  });

  for (const count of [1, 2, 50]) {
    test(`accepts ${count} nodes in every TLS mode`, () => {
      const nodes = Array.from(
        { length: count },
        (_, i) =>
          `id: n${i}, addresses: [10.0.1.${i + 1}, "fd00:1::${i + 1}"], mediaPorts: ${40_000 + 4 * i}-${40_003 + 4 * i}, weight: ${(i * 51) % 256}, state: ${i % 7 === 3 ? 'draining' : 'active'}`,
      );
      for (const tls of [
        '',
        'tls: passthrough, ',
        'domain: media.example, ',
        `certificate: ${certificate}, `,
      ]) {
        accepts(topology({ signalling: `${tls}port: 443, ports: 20000-20999, persistence: 60s`, nodes }));
      }
    });
  }
});
