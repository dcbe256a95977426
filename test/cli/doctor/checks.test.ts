/** Checks that need no engine: against kernels made up by hand. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { clocks } from '../../../src/cli/doctor/checks/clocks.ts';
import { conntrack } from '../../../src/cli/doctor/checks/conntrack.ts';
import { isOlder } from '../../../src/cli/doctor/checks/engines.ts';
import { kernel } from '../../../src/cli/doctor/checks/kernel.ts';
import { merged, ports } from '../../../src/cli/doctor/checks/ports.ts';
import type { Finding, Site } from '../../../src/cli/doctor/check.ts';
import { CHECKS } from '../../../src/cli/doctor/registry.ts';
import { examine } from '../../../src/cli/doctor/run.ts';
import { siteOf } from '../../../src/cli/doctor/site.ts';
import { ANONYMOUS } from '../../../src/http/access.ts';
import { parse, SMALL } from '../../fixtures/cluster.ts';
import { clusterOf } from './cluster.ts';

const options = {
  store: { store: 'memory' } as Site['store'],
  dispatcher: 'http://127.0.0.1:9',
  access: ANONYMOUS,
  stateFolder: '/',
};

const site = (text: string, settings: Readonly<Record<string, string>> = {}): Site => ({
  ...siteOf(parse(text), options, 'here'),
  sysctl: (name) => Promise.resolve(settings[name]),
});
const said = (findings: readonly Finding[]) =>
  findings.map(({ level, what }) => `${level} ${what}`).join('\n');
const mends = (findings: readonly Finding[]) => findings.flatMap(({ mend }) => mend ?? []).join('\n');

test('versions are compared number by number', () => {
  const older: [string, string][] = [
    ['2.2.9', '2.4'],
    ['1.0.5', '1.0.6'],
    ['1.9', '1.22'],
    ['2', '2.0.1'],
  ];
  for (const [found, least] of older) assert.equal(isOlder(found, least), true, `${found} ${least}`);
  for (const [found, least] of [
    ...older.map(([a, b]) => [b, a] as const),
    ['2.10', '2.4'],
    ['1.0.6', '1.0.6'],
    ['2.4.1', '2.4'],
  ] as const)
    assert.equal(isOlder(found, least), false, `${found} ${least}`);
});

test('engines of other hosts are left to those', () => {
  const of = (host: string) =>
    site(`${SMALL}balancers:\n  - { id: lb-1, target: nftables, host: ${host} }\n`);
  assert.equal(of('here').engines.length, 1);
  assert.equal(of('there').engines.length, 0);
});

test('one check that fails to look hinders no other, and changes nothing of the order', async () => {
  const broken = { name: 'broken', run: () => Promise.reject(new Error('no way')) };
  const fine = { name: 'fine', run: () => Promise.resolve([]) };
  const examined = await examine([broken, fine], site(SMALL));
  assert.deepEqual(
    examined.map(({ check, findings }) => [check, findings[0]?.level]),
    [
      ['broken', 'failed'],
      ['fine', undefined],
    ],
  );
});

test('whatever failed or warns says what to do; names of checks are told apart', async () => {
  const kernelOfNothing = site(
    clusterOf(
      '{ id: lb-1, target: ipvs, ipvsadm: /no/such, services: media }, { id: px-1, target: haproxy, binary: /no/such, services: signalling }',
    ),
  );
  const examined = await examine(CHECKS, kernelOfNothing);
  assert.equal(new Set(examined.map(({ check }) => check)).size, CHECKS.length);
  for (const { check, findings } of examined) {
    assert.notEqual(findings.length, 0, check);
    for (const { level, what, mend } of findings)
      assert.equal(mend !== undefined, level === 'failed' || level === 'warning', `${check}: ${what}`);
  }
});

describe('kernel settings', () => {
  test('those of IPVS are compared, and rp_filter where answers pass the balancer by', async () => {
    const text = clusterOf('{ id: lb-1, target: ipvs }', 'dsr');
    const settings = {
      'net.ipv4.vs.conntrack': '0',
      'net.ipv4.vs.expire_nodest_conn': '1',
      'net.ipv4.conf.all.rp_filter': '1',
    };
    const findings = await kernel.run(site(text, settings));
    assert.match(said(findings), /ok lb-1: net.ipv4.vs.conntrack is 0/);
    assert.match(said(findings), /failed lb-1: net.ipv4.vs.expire_nodest_conn is 1, not 0/);
    assert.match(said(findings), /failed lb-1: the kernel has no net.ipv4.vs.expire_quiescent_template/);
    assert.match(said(findings), /warning lb-1: net.ipv4.conf.all.rp_filter is 1/);
    assert.match(mends(findings), /sysctl -w net.ipv4.conf.all.rp_filter=2/);
    const loose = await kernel.run(site(text, { ...settings, 'net.ipv4.conf.all.rp_filter': '2' }));
    assert.doesNotMatch(said(loose), /rp_filter/);
  });
});

describe('conntrack', () => {
  const text = clusterOf('{ id: lb-1, target: nftables }');
  const full = (count: number) => ({
    'net.netfilter.nf_conntrack_count': String(count),
    'net.netfilter.nf_conntrack_max': '1000',
    'net.netfilter.nf_conntrack_udp_timeout_stream': '30',
  });
  test('tells before the table is full', async () => {
    const levels = [];
    for (const count of [749, 750, 949, 950])
      levels.push((await conntrack.run(site(text, full(count))))[0]?.level);
    assert.deepEqual(levels, ['ok', 'warning', 'warning', 'failed']);
    assert.match(mends(await conntrack.run(site(text, full(950)))), /nf_conntrack_max=2000/);
  });
  test('compares its idle time with that of media', async () => {
    assert.match(
      said(await conntrack.run(site(text, full(1)))),
      /warning lb-1: .*udp_timeout_stream is 30.* pause for 120 s/,
    );
  });
});

describe('ports', () => {
  const text = clusterOf('{ id: px-1, target: nginx }');
  const range = { 'net.ipv4.ip_local_port_range': '32768 60999' };
  test('warns of ports that the host may take, and spares those that it keeps free', async () => {
    const findings = await ports.run(site(text, { ...range, 'net.ipv4.ip_local_reserved_ports': '50000' }));
    assert.match(said(findings), /warning px-1: .* ports 40000-40001 /);
    assert.match(mends(findings), /ip_local_reserved_ports=50000,40000-40001/);
    const kept = await ports.run(
      site(text, { ...range, 'net.ipv4.ip_local_reserved_ports': '40000,40001-40005' }),
    );
    assert.match(said(kept), /^ok px-1/);
    const elsewhere = await ports.run(site(text, { 'net.ipv4.ip_local_port_range': '50000 60999' }));
    assert.match(said(elsewhere), /^ok px-1/);
  });
  test('ranges that touch become one', () => {
    const ranges = [
      { first: 5, last: 6 },
      { first: 1, last: 2 },
      { first: 3, last: 3 },
      { first: 2, last: 2 },
    ];
    assert.deepEqual(merged(ranges), [
      { first: 1, last: 3 },
      { first: 5, last: 6 },
    ]);
  });
});

test('a clock that is wrong is told, by how much and which way', async (t) => {
  let shift = 0;
  const server = createServer((_, reply) =>
    reply.setHeader('date', new Date(Date.now() + shift).toUTCString()).end('{}'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const at = { ...site(SMALL), dispatcher: `http://127.0.0.1:${port}` };
  assert.match(said(await clocks.run(at)), /^ok 1 agree/);
  shift = 3_600_000;
  assert.match(said(await clocks.run(at)), /^failed the clock of the dispatcher is 3(600|599) s ahead/);
  shift = -3_600_000;
  const behind = await clocks.run(at);
  assert.match(said(behind), /^failed the clock of the dispatcher is 3(600|599) s behind/);
  assert.match(mends(behind), /chrony/);
});
