import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Balancer } from '../../../src/topology/balancers/balancer.ts';
import { checkDocument } from '../../../src/topology/document.ts';
import { formatFault } from '../../../src/topology/faults.ts';

/** Of a topology with the VIPs `edge` and `public`. */
function check(...balancers: object[]) {
  const vips = ['edge', 'public'].map((id, index) => ({
    id,
    addresses: [`203.0.113.${index + 1}`],
    media: { ports: 40_000 },
  }));
  const { topology, faults } = checkDocument({ cluster: 'c', vips, nodes: [], balancers });
  return { balancers: topology?.balancers, faults: faults.map(formatFault) };
}

function read(...balancers: object[]): readonly Balancer[] {
  const checked = check(...balancers);
  assert.deepEqual(checked.faults, []);
  return checked.balancers!;
}

const COMMON = {
  ...{ vips: null, services: 'all', host: null, namespace: null, lock: null },
  ...{ maxRemoved: 0.2, drift: 'repair', interval: 30, drainLimit: 600 },
};

describe('a balancer has what Debian has, where it says nothing:', () => {
  for (const [target, expected] of [
    [
      'haproxy',
      {
        configFile: '/etc/haproxy/haproxy.cfg',
        statsSocket: '/run/haproxy/admin.sock',
        masterSocket: '/run/haproxy-master.sock',
        stateFile: null,
        binary: '/usr/sbin/haproxy',
      },
    ],
    ['nginx', { configFile: '/etc/nginx/nginx.conf', pidFile: '/run/nginx.pid', binary: '/usr/sbin/nginx' }],
    ['nftables', { nft: '/usr/sbin/nft', conntrack: '/usr/sbin/conntrack' }],
    ['ipvs', { ipvsadm: '/sbin/ipvsadm', ownedFile: null }],
    [
      'keepalived',
      {
        configFile: '/etc/keepalived/keepalived.conf',
        pidFile: '/run/keepalived.pid',
        binary: '/usr/sbin/keepalived',
        ipvsadm: '/sbin/ipvsadm',
      },
    ],
  ] as const) {
    test(target, () => {
      assert.deepEqual(read({ id: 'lb-1', target }), [{ ...COMMON, id: 'lb-1', target, ...expected }]);
    });
  }

  test('file, which must say what and where', () => {
    assert.deepEqual(read({ id: 'f', target: 'file', dialect: 'nginx', path: '/srv/nginx.conf' }), [
      {
        ...{ ...COMMON, id: 'f', target: 'file', dialect: 'nginx', path: '/srv/nginx.conf' },
        ...{ file: null, checkCommand: null, reloadCommand: null },
      },
    ]);
  });

  test('a device, which must say where it is and whose credentials it wants', () => {
    const url = 'https://bigip-1.example.net';
    const credentialsFile = '/etc/roomlb/bigip-1.credentials';
    assert.deepEqual(read({ id: 'b', target: 'f5-as3', url, credentialsFile }), [
      {
        ...{ ...COMMON, id: 'b', target: 'f5-as3', url, credentialsFile, credentialsVariable: null },
        ...{ caFile: null, tls: 'verify', partition: null },
      },
    ]);
  });

  test('none at all: there is nothing to change', () => assert.deepEqual(read(), []));
});

describe('what a balancer may say', () => {
  test('of every kind', () => {
    const [first, second] = read(
      {
        ...{
          id: 'z',
          target: 'haproxy',
          vips: ['public', 'edge'],
          services: 'media',
          host: 'lb-a',
          namespace: 'edge.1',
        },
        ...{ maxRemoved: '100%', drift: 'report', interval: '2m', drainLimit: 'off', lock: '/run/z.lock' },
        masterSocket: false,
      },
      {
        id: 'a',
        target: 'ipvs',
        maxRemoved: '0%',
        drainLimit: '1h',
        ipvsadm: '/opt/ipvsadm',
        ownedFile: '/run/x.json',
      },
    );
    assert.deepEqual(first, {
      ...{
        ...COMMON,
        id: 'a',
        target: 'ipvs',
        maxRemoved: 0,
        drainLimit: 3600,
        ipvsadm: '/opt/ipvsadm',
        ownedFile: '/run/x.json',
      },
    });
    assert.deepEqual(second, {
      ...{
        id: 'z',
        target: 'haproxy',
        vips: ['edge', 'public'],
        services: 'media',
        host: 'lb-a',
        namespace: 'edge.1',
      },
      ...{ maxRemoved: 1, drift: 'report', interval: 120, drainLimit: null, lock: '/run/z.lock' },
      ...{ configFile: '/etc/haproxy/haproxy.cfg', statsSocket: '/run/haproxy/admin.sock' },
      ...{ masterSocket: null, stateFile: null, binary: '/usr/sbin/haproxy' },
    });
  });

  test('commands are words, which no shell takes apart', () => {
    const checkCommand = ['/usr/sbin/nginx', '-t', '-c', '{file}', '-g', 'daemon on; # "$HOME"'];
    const [balancer] = read({
      ...{ id: 'f', target: 'file', dialect: 'nginx', path: '/srv/nginx.conf', checkCommand },
    });
    assert.deepEqual(balancer?.target === 'file' && balancer.checkCommand, checkCommand);
  });
});

const HA = { id: 'lb-1', target: 'haproxy' };
const DEVICE = { id: 'd', target: 'f5-as3', url: 'https://lb.example', credentialsVariable: 'LB' };
const FILE = { id: 'f', target: 'file', dialect: 'nginx', path: '/srv/nginx.conf' };

describe('balancers that are refused, with the reason:', () => {
  for (const [what, documents, ...expected] of [
    [
      'an unknown target',
      [{ id: 'x', target: 'haproxi' }],
      'error: balancers[0].target: must be haproxy, nginx, nftables, ipvs, keepalived, f5-as3, a10-acos, citrix-netscaler or file, found "haproxi" (hint: did you mean "haproxy"?)',
    ],
    [
      'an option of another target',
      [{ id: 'x', target: 'ipvs', statsSocket: '/run/x.sock' }],
      'error: balancers[0].statsSocket: is no option of ipvs (hint: ipvs takes id, target, vips, services, host, namespace, maxRemoved, drift, interval, drainLimit, lock, ipvsadm, ownedFile)',
    ],
    [
      'an option of none, once',
      [{ ...HA, statSocket: '/run/x.sock' }],
      'error: balancers[0].statSocket: unknown key "statSocket" (hint: did you mean "statsSocket"?)',
    ],
    [
      'a device of which nothing is said',
      [{ id: 'd', target: 'f5-as3' }],
      'error: balancers[0].url: is missing (hint: add url: https://lb.example.net, where the device is managed)',
      'error: balancers[0]: does not say whose credentials the device wants (hint: add credentialsFile: /etc/roomlb/lb.credentials, whose first line is USER:PASSWORD)',
    ],
    [
      'a device whose password would go over the wire in clear text',
      [{ ...DEVICE, url: 'http://lb.example' }],
      'error: balancers[0].url: would send the password for everybody on the way to read (hint: write https; http is for loopback only)',
    ],
    [
      'a password in a URL, which would be in every copy of the topology',
      [{ ...DEVICE, url: 'https://admin:secret@lb.example' }],
      'error: balancers[0].url: must be a URL such as https://lb.example.net:8443, without user, path and query, at most 300 characters, found "https://admin:secret@lb.example" (hint: for example https://bigip-1.example.net)',
    ],
    [
      'a port that is none',
      [{ ...DEVICE, url: 'https://lb.example:99999' }],
      'error: balancers[0].url: is no URL (hint: write one such as https://lb.example.net:8443)',
    ],
    [
      'two places for credentials',
      [{ ...DEVICE, credentialsFile: '/etc/lb' }],
      'error: balancers[0].credentialsVariable: stands beside credentialsFile (hint: keep one of the two)',
    ],
    [
      'a network namespace of a device',
      [{ ...DEVICE, namespace: 'edge' }],
      'error: balancers[0].namespace: is no option of f5-as3 (hint: f5-as3 takes id, target, vips, services, host, maxRemoved, drift, interval, drainLimit, lock, url, credentialsFile, credentialsVariable, caFile, tls, partition)',
    ],
    [
      'two that would own one tenant',
      [
        { ...DEVICE, id: 'a', services: 'media' },
        { ...DEVICE, id: 'b', services: 'signalling' },
      ],
      'error: balancers[1].url: https://lb.example is url of balancer a already (hint: give each its own; where they are on different machines, name those by host:)',
    ],
    [
      'an unknown VIP',
      [{ ...HA, vips: ['edge', 'pubilc'] }],
      'error: balancers[0].vips: there is no VIP pubilc (hint: did you mean "public"?)',
    ],
    [
      'a path that climbs',
      [{ ...HA, configFile: '/etc/../root/x' }],
      'error: balancers[0].configFile: must be an absolute path (of letters, digits, "_", "." and "-", without ".."), at most 255 characters, found "/etc/../root/x" (hint: for example /etc/haproxy/haproxy.cfg)',
    ],
    [
      'a socket whose path no socket can have',
      [{ ...HA, masterSocket: `/${'a'.repeat(107)}` }],
      `error: balancers[0].masterSocket: must be an absolute path (of letters, digits, "_", "." and "-", without ".."), at most 107 characters or off, found "/${'a'.repeat(59)}…" (hint: for example /run/haproxy-master.sock)`,
    ],
    [
      'a share that is none',
      [{ ...HA, maxRemoved: '120%' }],
      'error: balancers[0].maxRemoved: must be a whole number of per cent such as 20%, found "120%" (hint: for example 20%)',
    ],
    [
      'times that are none',
      [{ ...HA, interval: '500ms', drainLimit: '90h' }],
      'error: balancers[0].drainLimit: must be 1s to 24h, found 90h (hint: write 24h)',
      'error: balancers[0].interval: must be whole seconds, found 500ms (hint: engines count these in seconds; write 1s)',
    ],
    [
      'a namespace that is a path',
      [{ ...HA, namespace: '../edge' }],
      'error: balancers[0].namespace: must be an id (a letter or digit, then up to 62 letters, digits, "_", "." or "-"), found "../edge" (hint: for example edge)',
    ],
    [
      'a file of which nothing is said',
      [{ id: 'f', target: 'file' }],
      'error: balancers[0].dialect: is missing (hint: add dialect: haproxy, or whose configuration it is)',
      'error: balancers[0].path: is missing (hint: add path: /srv/lb/haproxy.cfg, or where the file shall be)',
    ],
    [
      'a file whose path cannot be read, once',
      [{ ...FILE, path: 'nginx.conf' }],
      'error: balancers[0].path: must be an absolute path (of letters, digits, "_", "." and "-", without ".."), at most 255 characters, found "nginx.conf" (hint: for example /srv/lb/haproxy.cfg)',
    ],
    [
      'a command for a shell',
      [{ ...FILE, reloadCommand: ['systemctl reload nginx'], checkCommand: 'nginx -t' }],
      'error: balancers[0].checkCommand: must be a list of 1 to 64, found "nginx -t" (hint: for example [/usr/sbin/haproxy, -c, -f, {file}])',
      'error: balancers[0].reloadCommand[0]: must be a program by its absolute path, found "systemctl reload nginx" (hint: no shell runs it; write [/usr/bin/systemctl, reload, haproxy])',
    ],
    [
      'an argument of two lines',
      [{ ...FILE, reloadCommand: ['/bin/echo', 'a\nb'] }],
      'error: balancers[0].reloadCommand[1]: must be an argument (printable ASCII), at most 1024 characters, found "a\\nb" (hint: for example /usr/bin/systemctl)',
    ],
    [
      'two of one id',
      [{ ...HA }, { ...FILE, id: 'LB-1' }],
      'error: balancers[1].id: differs from the balancer id lb-1 by case only (hint: DNS and some engines ignore case; give it another id)',
    ],
    [
      'ipvs and keepalived for one VIP, even on two machines',
      [
        { id: 'a', target: 'keepalived', vips: ['public'], host: 'one' },
        { id: 'b', target: 'ipvs', host: 'two' },
      ],
      'error: balancers[1]: ipvs and keepalived (balancer a) would both own VIP public in IPVS (hint: let one of the two do it: take the other out, or give each its own vips)',
    ],
    [
      'the same, where one is written to a file',
      [
        { id: 'a', target: 'ipvs' },
        { ...FILE, dialect: 'keepalived', vips: ['edge'], namespace: 'edge' },
      ],
      'error: balancers[1].vips: keepalived and ipvs (balancer a) would both own VIP edge in IPVS (hint: let one of the two do it: take the other out, or give each its own vips)',
    ],
    [
      'ipvs and keepalived in one kernel, each with its VIPs',
      [
        { id: 'a', target: 'ipvs', vips: ['edge'], namespace: 'n' },
        { id: 'b', target: 'keepalived', vips: ['public'], namespace: 'n' },
      ],
      "error: balancers[1].namespace: IPVS of this network namespace is balancer a's already (hint: make them one balancer; where they are apart, say so by namespace: or host:)",
    ],
    [
      'two that write one table',
      [
        { id: 'a', target: 'nftables', vips: ['edge'] },
        { id: 'b', target: 'nftables', vips: ['public'] },
      ],
      "error: balancers[1]: RoomLB's nftables table of this network namespace is balancer a's already (hint: make them one balancer; where they are apart, say so by namespace: or host:)",
    ],
    [
      'a file by its path',
      [{ ...FILE, file: '/srv/eds.json' }],
      'error: balancers[0].file: must be the name of a rendered file such as eds-public.json, without its folder, at most 100 characters, found "/srv/eds.json" (hint: for example eds-public.json)',
    ],
    [
      'two that write the same file of one engine',
      [
        { ...FILE, id: 'a', host: 'one', path: '/srv/a.conf' },
        { ...FILE, id: 'b', host: 'one', path: '/srv/b.conf' },
      ],
      'error: balancers[1]: b and balancer a would both carry the media of VIP edge on one machine (hint: give each its own services: or vips:; where they are apart, say so by host: or namespace:)',
    ],
    [
      'two that share files and sockets',
      [
        { ...HA, vips: ['edge'] },
        { ...HA, id: 'lb-2', vips: ['public'], configFile: '/etc/haproxy/two.cfg' },
      ],
      'error: balancers[1].masterSocket: /run/haproxy-master.sock is masterSocket of balancer lb-1 already (hint: give each its own; where they are on different machines, name those by host:)',
      'error: balancers[1].statsSocket: /run/haproxy/admin.sock is statsSocket of balancer lb-1 already (hint: give each its own; where they are on different machines, name those by host:)',
    ],
    [
      'two engines of one machine that would both take a port of the VIP',
      [HA, { id: 'b', target: 'nftables', services: 'media' }],
      'error: balancers[1]: b and balancer lb-1 would both carry the media of VIP edge on one machine (hint: give each its own services: or vips:; where they are apart, say so by host: or namespace:)',
    ],
    [
      'services that are none',
      [{ ...HA, services: 'medai' }],
      'error: balancers[0].services: must be all, signalling or media, found "medai" (hint: did you mean "media"?)',
    ],
    [
      'one that would write over what it reads',
      [{ id: 'n', target: 'nginx', pidFile: '/run/n', lock: '/run/n' }],
      'error: balancers[0].pidFile: /run/n is lock of this balancer already (hint: write another path)',
    ],
  ] as const) {
    test(what, () => {
      const { balancers, faults } = check(...documents);
      assert.equal(balancers, undefined);
      assert.deepEqual(faults.sort(), [...expected]);
    });
  }
});

describe('balancers that may stand together:', () => {
  for (const [what, documents] of [
    [
      'one engine of each, with other VIPs, services, or network namespace',
      [
        { ...HA, services: 'signalling', vips: ['edge'] },
        { id: 'b', target: 'nginx', vips: ['public'] },
        { id: 'c', target: 'nftables', services: 'media', vips: ['edge'] },
        { id: 'd', target: 'keepalived', namespace: 'n' },
      ],
    ],
    ['a file that somebody loads somewhere', [HA, FILE]],
    ['the same on two machines', [HA, { ...HA, id: 'lb-2', host: 'lb-b' }]],
    [
      'IPVS in two network namespaces',
      [
        { id: 'a', target: 'ipvs', vips: ['edge'] },
        { id: 'b', target: 'keepalived', vips: ['public'], namespace: 'n' },
      ],
    ],
    [
      'the files of one engine',
      [
        { ...FILE, id: 'eds', host: 'one', dialect: 'envoy', file: 'eds-public.json', path: '/srv/eds.json' },
        { ...FILE, id: 'cds', host: 'one', dialect: 'envoy', file: 'cds.json', path: '/srv/cds.json' },
      ],
    ],
    [
      'a pair of keepalived',
      [
        { id: 'a', target: 'keepalived', host: 'one' },
        { id: 'b', target: 'keepalived', host: 'two' },
      ],
    ],
  ] as const) {
    test(what, () => assert.equal(read(...documents).length, documents.length));
  }
});

test('what tells routers of a VIP stands beside what carries it, on one machine', () => {
  const engine = { id: 'a', target: 'haproxy', host: 'lb-a' };
  const file = (dialect: string) => ({ id: 'b', target: 'file', dialect, path: '/srv/b', host: 'lb-a' });
  for (const dialect of ['bird', 'frr', 'exabgp', 'gobgp', 'metallb']) read(engine, file(dialect));
  assert.equal(check(engine, file('nginx')).faults.length, 1);
});
