import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { glbDirector } from '../../src/targets/glb-director/index.ts';
import type { Table } from '../../src/targets/glb-director/tables.ts';
import { findingsOf, intentOf } from './intents.ts';

const render = (yaml: string) => glbDirector.render(intentOf(yaml));
const tables = (yaml: string): Table[] =>
  (JSON.parse(render(yaml).files[0]!.content) as { tables: Table[] }).tables;
const table = (yaml: string, name: string): Table => {
  const found = tables(yaml).find((one) => one.name === name);
  assert.ok(found, `${name} is missing`);
  return found;
};

const CLUSTER = (nodes: string, media = 'drain: keep-flows') => `
cluster: c
vips:
  - id: v
    addresses: [203.0.113.1, '2001:db8::1']
    forwarding: tunnel
    signalling: { port: 443, tls: passthrough }
    media: { protocols: [udp, tcp], ports: 40000-49999, ${media} }
nodes:
${nodes}
`;
const A = `  - { id: a, kind: mediasoup, vip: v, addresses: [10.0.0.1, 'fd00::1'], weight: 50, mediaPorts: 40000-40003, healthPort: 9100, stunPort: 9100 }\n`;
const B = `  - { id: b, kind: mediasoup, vip: v, addresses: [10.0.0.2, 'fd00::2'], weight: 100, mediaPorts: 40004 }\n`;
const SIX = `  - { id: six, kind: mediasoup, vip: v, addresses: ['fd00::6'], mediaPorts: 40006 }\n`;
const draining = (node: string) => node.replace(' }\n', ', state: draining }\n');

describe('forwarding_table.src.json', () => {
  test('has a table for each family of shared signalling, checked, the draining member as such', () => {
    const { binds, backends } = table(CLUSTER(A + draining(B)), 'v/signalling/ipv6');
    assert.deepEqual(binds, [{ ip: '2001:db8::1', proto: 'tcp', port: 443 }]);
    assert.deepEqual(backends, [
      {
        ip: '10.0.0.1',
        state: 'active',
        healthy: true,
        healthchecks: { http: 9100, http_uri: '/health', gue: 19523 },
      },
      { ip: '10.0.0.2', state: 'draining', healthy: true, healthchecks: { tcp: 443, gue: 19523 } },
    ]);
  });

  test('has one table for both protocols of a node, with its range, and the node twice', () => {
    const { binds, backends } = table(CLUSTER(A), 'v/media/a/ipv4');
    assert.deepEqual(binds, [
      { ip: '203.0.113.1', proto: 'udp', port_start: 40000, port_end: 40003 },
      { ip: '203.0.113.1', proto: 'tcp', port_start: 40000, port_end: 40003 },
    ]);
    const backend = { ip: '10.0.0.1', state: 'active', healthy: true, healthchecks: {} };
    assert.deepEqual(backends, [backend, backend]);
  });

  test('leaves out what drains by flush, and nothing else', () => {
    const names = (drain: string) =>
      tables(CLUSTER(A + draining(B), `drain: ${drain}`)).map(({ name }) => name);
    assert.ok(names('keep-flows').includes('v/media/b/ipv4'));
    assert.deepEqual(
      names('keep-flows').filter((name) => !names('flush').includes(name)),
      ['v/media/b/ipv4', 'v/media/b/ipv6'],
    );
    assert.ok(names('flush').includes('v/media/a/ipv4'));
  });

  test('keeps keys and seeds while members come and go, each table its own seed', () => {
    const of = (nodes: string) =>
      tables(CLUSTER(nodes)).map(({ name, seed, hash_key }) => `${name} ${seed} ${hash_key}`);
    const [before, after] = [of(A), of(A + B)];
    for (const one of before) assert.ok(after.includes(one), one);
    assert.equal(new Set(tables(CLUSTER(A + B)).map(({ seed }) => seed)).size, 6);
    assert.notEqual(
      tables(CLUSTER(A))[0]!.seed,
      tables(CLUSTER(A).replace('cluster: c', 'cluster: d'))[0]!.seed,
    );
  });

  test('leads nobody to a node that the IPv4 tunnel does not reach', () => {
    const yaml = CLUSTER(A + SIX);
    assert.equal(table(yaml, 'v/signalling/ipv6').backends[0]!.ip, '10.0.0.1');
    const findings = findingsOf(render(yaml));
    assert.ok(
      findings.includes(
        'refused v/media/six/tcp,v/media/six/udp: GLB wraps packets in IPv4 always, and no node behind these has an IPv4 address',
      ),
      findings.join('\n'),
    );
    assert.ok(findings.some((text) => text.startsWith('degraded v/signalling: GLB wraps packets in IPv4')));
  });
});

test('256 backends are taken, and a pool of more is refused', () => {
  const node = (i: number) =>
    `  - { id: n${i}, kind: mediasoup, vip: v, addresses: [10.0.${i >> 8}.${i & 255}], mediaPorts: ${40_000 + i} }\n`;
  const many = (n: number) => CLUSTER(Array.from({ length: n }, (_, i) => node(i + 1)).join(''));
  assert.equal(table(many(256), 'v/signalling/ipv4').backends.length, 256);
  const findings = findingsOf(render(many(257)));
  assert.ok(findings.includes('refused v/signalling: a table of GLB has room for 256 backends'));
  assert.equal(tables(many(257)).length, 257);
});

test('findings of glb-director tell of weights, of STUN, and of more than one that drains', () => {
  const C = B.replace('id: b', 'id: c')
    .replace('10.0.0.2', '10.0.0.3')
    .replace('fd00::2', 'fd00::3')
    .replace('40004', '40008');
  const findings = findingsOf(render(CLUSTER(A + draining(B) + draining(C))));
  for (const expected of [
    'degraded v/signalling: GLB can drain one member of a pool at a time: where both hops of a row drain, new connections still get there',
    'degraded v/signalling: glb-healthcheck asks by HTTP, TCP and GUE, and not by STUN',
  ]) {
    assert.ok(findings.includes(expected), findings.join('\n'));
  }
  assert.ok(
    findingsOf(render(CLUSTER(A + B))).includes(
      'degraded v/signalling: GLB has no weights: every member gets the same share',
    ),
  );
});
