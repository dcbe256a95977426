import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nginx } from '../../src/targets/nginx/index.ts';
import { poolName } from '../../src/targets/nginx/names.ts';
import type { Rendering } from '../../src/targets/target.ts';
import { cluster, intentOf, type Fields } from './documents.ts';

const MEDIA = { protocols: ['udp', 'tcp'], ports: '40000-40999' };

function render(vip: Fields, nodes: readonly Fields[]): Rendering {
  return nginx.render(intentOf(cluster(vip, nodes)));
}

function text({ files }: Rendering): string {
  return files[0]?.content ?? '';
}

/** What stands under the comment of a service, without indentation. */
function section(rendering: Rendering, service: string): string[] {
  const all = text(rendering).split('\n');
  const from = all.indexOf(`  # ${service}`);
  assert.notEqual(from, -1, `there is no ${service}`);
  const length = all.slice(from + 1).findIndex((line) => line === '' || line === '}');
  return all.slice(from + 1, from + 1 + length).map((line) => line.trim());
}

function said(rendering: Rendering, level: string): string[] {
  return rendering.findings.filter((one) => one.level === level).map(({ about }) => about.join(' '));
}

describe('nginx: media', () => {
  test('is a range of ports per node and family, each to the same port of the node', () => {
    assert.deepEqual(
      section(render({ media: { ...MEDIA, idleTimeout: '2m' } }, [{}]), 'public/media/sfu-1/udp'),
      [
        'server {',
        'listen 203.0.113.10:40000-40001 udp reuseport;',
        'proxy_pass 10.0.0.1:$server_port;',
        'proxy_timeout 120s;',
        '}',
        'server {',
        'listen [2001:db8::10]:40000-40001 udp reuseport;',
        'proxy_pass [fd00:1::1]:$server_port;',
        'proxy_timeout 120s;',
        '}',
      ],
    );
  });

  test('of the IPv6 address of a VIP goes to a node without IPv6 by IPv4', () => {
    const rendering = render({ media: MEDIA }, [{ addresses: ['10.0.0.1'], mediaPorts: '40000' }]);
    assert.deepEqual(section(rendering, 'public/media/sfu-1/tcp'), [
      'server {',
      'listen 203.0.113.10:40000;',
      'listen [2001:db8::10]:40000;',
      'proxy_pass 10.0.0.1:40000;',
      'proxy_timeout 60s;',
      '}',
    ]);
    assert.equal(rendering.rules.length, 4);
  });

  test('of a draining node: UDP flows that are kept need their socket, TCP connections do not', () => {
    const rendering = render({ media: MEDIA }, [{}, { state: 'draining' }]);
    assert.match(
      text(rendering),
      /# public\/media\/sfu-2\/tcp\n {2}# drains: nothing listens on its ports$/m,
    );
    assert.match(text(rendering), /listen 203\.0\.113\.10:40002-40003 udp reuseport;/);
    assert.deepEqual(said(rendering, 'degraded'), ['public/media/sfu-2/udp']);
  });

  test('of a draining node that is flushed is listened for no more', () => {
    const rendering = render({ media: { ...MEDIA, drain: 'flush' } }, [{}, { state: 'draining' }]);
    assert.doesNotMatch(text(rendering), /listen .*40002/);
    assert.deepEqual(said(rendering, 'degraded'), ['public/media/sfu-2/tcp']);
  });

  test('is never limited to a number of answers', () => {
    assert.doesNotMatch(text(render({ media: MEDIA }, [{}])), /proxy_responses/);
  });
});

describe('nginx: signalling', () => {
  test('is shared by weight; who draws nothing is down', () => {
    const rendering = render({ addresses: ['203.0.113.10'], signalling: { port: 80, idleTimeout: '1h' } }, [
      { addresses: ['10.0.0.1'], weight: 50 },
      { addresses: ['10.0.0.2'], weight: 0 },
      { addresses: ['10.0.0.3'], state: 'draining' },
    ]);
    assert.deepEqual(section(rendering, 'public/signalling'), [
      'upstream signalling4_public {',
      'zone signalling4_public 67k;',
      'server 10.0.0.1:4443 weight=50 max_fails=3 fail_timeout=10s; # sfu-1',
      'server 10.0.0.2:4443 down; # sfu-2',
      'server 10.0.0.3:4443 down; # sfu-3',
      '}',
      'server {',
      'listen 203.0.113.10:80;',
      'proxy_pass signalling4_public;',
      'proxy_timeout 3600s;',
      '}',
    ]);
    assert.deepEqual(said(rendering, 'degraded'), ['public/signalling']);
  });

  test('goes by server name where the VIP has a domain, to draining nodes too', () => {
    const rendering = render(
      { addresses: ['203.0.113.10'], signalling: { port: 443, domain: 'sfu.example.net' } },
      [{ addresses: ['10.0.0.1'] }, { addresses: ['10.0.0.2'], state: 'draining' }],
    );
    const lines = section(rendering, 'public/signalling');
    assert.deepEqual(lines.slice(lines.indexOf('}') + 1), [
      'map $ssl_preread_server_name $signalling4_public {',
      'default signalling4_public;',
      'sfu-1.sfu.example.net 10.0.0.1:4443;',
      'sfu-2.sfu.example.net 10.0.0.2:4443;',
      '}',
      'server {',
      'listen 203.0.113.10:443;',
      'ssl_preread on;',
      'proxy_pass $signalling4_public;',
      'proxy_timeout 3600s;',
      '}',
    ]);
    assert.deepEqual(said(rendering, 'degraded'), []);
  });

  test('ends TLS with certificate and key from one file, and then knows the server name anyway', () => {
    const signalling = { port: 443, domain: 'sfu.example.net', certificate: '/etc/roomlb/tls.pem' };
    const rendering = render({ addresses: ['203.0.113.10'], signalling }, [{ addresses: ['10.0.0.1'] }]);
    const lines = section(rendering, 'public/signalling');
    assert.ok(lines.includes('map $ssl_server_name $signalling4_public {'));
    assert.deepEqual(lines.slice(lines.indexOf('server {')), [
      'server {',
      'listen 203.0.113.10:443 ssl;',
      'ssl_certificate /etc/roomlb/tls.pem;',
      'ssl_certificate_key /etc/roomlb/tls.pem;',
      'proxy_pass $signalling4_public;',
      'proxy_timeout 3600s;',
      '}',
    ]);
  });

  test('keeps a source with its member by consistent hash, in weights that the hash can hold', () => {
    const nodes = Array.from({ length: 100 }, (_, i) => ({ weight: i % 2 === 0 ? 255 : 254 }));
    const rendering = render({ signalling: { port: 80, persistence: '5m' } }, nodes);
    assert.ok(section(rendering, 'public/signalling').includes('hash $remote_addr consistent;'));
    const weights = [...text(rendering).matchAll(/server 10.* weight=(\d+)/g)].map(([, weight]) =>
      Number(weight),
    );
    assert.equal(weights.length, 100);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    assert.ok(total > 9_900 && total <= 10_100, `${total}`);
  });

  test('on ports of their own leads to draining nodes too', () => {
    const rendering = render({ signalling: { ports: '4000-4099' }, media: MEDIA }, [
      {},
      { state: 'draining' },
    ]);
    assert.deepEqual(section(rendering, 'public/signalling/sfu-2').slice(0, 3), [
      'server {',
      'listen 203.0.113.10:4002;',
      'proxy_pass 10.0.0.2:4443;',
    ]);
  });

  test('has no listener where there is nobody at all', () => {
    const rendering = render({ signalling: { port: 80 } }, [{ state: 'disabled' }]);
    assert.doesNotMatch(text(rendering), /^ *(listen|upstream)/m);
    assert.ok(said(rendering, 'note').includes('public/signalling'));
  });
});

describe('nginx: the file', () => {
  test('is not there where everything is refused', () => {
    for (const forwarding of ['dsr', 'tunnel']) {
      const rendering = render({ forwarding, media: MEDIA }, [{}]);
      assert.deepEqual(rendering.files, []);
      assert.deepEqual(said(rendering, 'refused'), ['public/media/sfu-1/tcp public/media/sfu-1/udp']);
    }
  });

  test('says how many sockets it needs', () => {
    const rendering = render({ signalling: { port: 80 }, media: MEDIA }, [{}, {}]);
    assert.match(text(rendering), /it opens 10 TCP sockets, and 8 UDP sockets per worker/);
    assert.match(text(rendering), /worker_connections 32786;/);
    assert.match(text(rendering), /worker_rlimit_nofile 33308;/);
  });

  test('gives VIPs different names, whatever characters their ids have', () => {
    const ids = ['a-b', 'a.b', 'a_b', 'a_2db', 'ab'];
    const names = ids.map((id) => poolName(id, 4));
    assert.equal(new Set(names).size, ids.length);
    for (const name of names) assert.match(name, /^[a-z0-9_]+$/);
  });
});
