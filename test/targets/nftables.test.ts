import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nftables } from '../../src/targets/nftables/index.ts';
import type { Rendering } from '../../src/targets/target.ts';
import { cluster, intentOf, type Fields } from './documents.ts';

const MEDIA = { protocols: ['udp', 'tcp'], ports: '40000-40999' };

function render(vip: Fields, nodes: readonly Fields[]): Rendering {
  return nftables.render(intentOf(cluster(vip, nodes)));
}

function text({ files }: Rendering): string {
  return files[0]?.content ?? '';
}

/** The lines of a map or chain, without indentation. */
function lines(rendering: Rendering, block: string): string[] {
  const all = text(rendering).split('\n');
  const from = all.indexOf(`  ${block} {`);
  assert.notEqual(from, -1, `there is no ${block}`);
  return all.slice(from + 1, all.indexOf('  }', from)).map((line) => line.trim());
}

function said(rendering: Rendering, level: string): string[] {
  return rendering.findings.filter((one) => one.level === level).map(({ about }) => about.join(' '));
}

describe('nftables: media', () => {
  test('is one element of an interval map per node, protocol and family', () => {
    const rendering = render({ media: MEDIA }, [{}, { addresses: ['10.0.9.9'], mediaPorts: '40100' }]);
    assert.deepEqual(lines(rendering, 'map media_udp4'), [
      'type ipv4_addr . inet_service : ipv4_addr',
      'flags interval',
      'elements = {',
      '203.0.113.10 . 40000-40001 comment "public/sfu-1" : 10.0.0.1,',
      '203.0.113.10 . 40100 comment "public/sfu-2" : 10.0.9.9,',
      '}',
    ]);
    assert.deepEqual(lines(rendering, 'map media_tcp6').slice(2), [
      'elements = {',
      '2001:db8::10 . 40000-40001 comment "public/sfu-1" : fd00:1::1,',
      '}',
    ]);
    assert.equal(rendering.rules.length, 6);
  });

  test('leaves maps without elements in place', () => {
    const rendering = render({ addresses: ['203.0.113.10'], media: { ...MEDIA, protocols: ['udp'] } }, [
      { addresses: ['10.0.0.1'] },
    ]);
    assert.deepEqual(lines(rendering, 'map media_udp6'), [
      'type ipv6_addr . inet_service : ipv6_addr',
      'flags interval',
    ]);
    assert.deepEqual(lines(rendering, 'map signalling_tcp4').length, 1);
  });

  test('of a draining node is left out, and named', () => {
    const rendering = render({ media: MEDIA }, [{}, { state: 'draining' }]);
    assert.doesNotMatch(text(rendering), /sfu-2" :/);
    assert.ok(said(rendering, 'note').includes('public/media/sfu-2/tcp public/media/sfu-2/udp'));
    assert.doesNotMatch(text(rendering), /conntrack -D/);
  });

  test('that is flushed comes with the commands that cut its flows', () => {
    const rendering = render({ media: { ...MEDIA, drain: 'flush' } }, [{}, { state: 'draining' }]);
    assert.match(
      text(rendering),
      /^# for port in \$\(seq 40002 40003\); do conntrack -D -f ipv6 -p udp --orig-dst 2001:db8::10 --orig-port-dst "\$port" --reply-src fd00:1::2; done$/m,
    );
    assert.deepEqual(said(rendering, 'degraded'), ['public/media/sfu-2/tcp public/media/sfu-2/udp']);
  });

  test('idles as the VIP says, over as few port ranges as there are', () => {
    const rendering = render({ media: { ...MEDIA, idleTimeout: '20s' } }, [
      {},
      {},
      { mediaPorts: '40100-40101' },
    ]);
    assert.deepEqual(lines(rendering, 'ct timeout udp_20'), [
      'protocol udp;',
      'policy = { unreplied : 20, replied : 20 };',
    ]);
    assert.equal(
      lines(rendering, 'chain timeouts')[0],
      'ip daddr 203.0.113.10 udp dport { 40000-40003, 40100-40101 } ct timeout set "udp_20"',
    );
  });
});

describe('nftables: signalling', () => {
  const pool = (vip: Fields, nodes: readonly Fields[]) =>
    lines(render({ addresses: ['203.0.113.10'], ...vip }, nodes), 'chain services').at(-1);
  const v4 = (weights: readonly number[]) =>
    weights.map((weight, i) => ({ id: `sfu-${i + 101}`, addresses: [`10.0.0.${i + 1}`], weight }));

  test('deals connections out in turn, each member as often as its weight says', () => {
    assert.equal(
      pool({ signalling: { port: 80 } }, v4([100, 200])),
      'ip daddr 203.0.113.10 tcp dport 80 dnat ip to numgen inc mod 3 map { 0 : 10.0.0.2 . 4443, 1 : 10.0.0.1 . 4443, 2 : 10.0.0.2 . 4443 } comment "public/signalling"',
    );
  });

  test('passes over draining members and those of weight 0', () => {
    const nodes = v4([100, 0, 100]).map((node, i) => (i === 2 ? { ...node, state: 'draining' } : node));
    assert.match(pool({ signalling: { port: 80 } }, nodes) ?? '', /numgen inc mod 1 map \{ 0 : 10\.0\.0\.1 /);
  });

  test('has no rule where nobody takes connections, and says so', () => {
    const rendering = render({ signalling: { port: 80 } }, [{ weight: 0 }]);
    assert.doesNotMatch(text(rendering), /dport 80 dnat/);
    assert.ok(said(rendering, 'note').includes('public/signalling'));
  });

  test('draws at random where the weights would make too many slots', () => {
    const weights = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 255 : 254));
    const nodes = v4(weights);
    const rule = pool({ signalling: { port: 80 } }, nodes) ?? '';
    assert.match(rule, /numgen random mod 10180 map \{ 0-254 : 10\.0\.0\.1 \. 4443, 255-508 : 10\.0\.0\.2 /);
    assert.match(rule, /9926-10179 : 10\.0\.0\.40 \. 4443 \}/);
  });

  test('keeps a source with its member by a hash with a fixed seed', () => {
    assert.match(
      pool({ signalling: { port: 80, persistence: '5m' } }, v4([50, 150])) ?? '',
      /jhash ip saddr mod 4 seed 0x[0-9a-f]+ map \{ 0 : 10\.0\.0\.1 \. 4443, 1-3 : 10\.0\.0\.2 \. 4443 \}/,
    );
  });

  test('on ports of their own leads to draining nodes too', () => {
    const rendering = render({ signalling: { ports: '4000-4099' }, media: MEDIA }, [
      { signallingPort: 4005 },
      { state: 'draining' },
    ]);
    assert.deepEqual(lines(rendering, 'map signalling_tcp4').slice(1), [
      'elements = {',
      '203.0.113.10 . 4002 comment "public/sfu-2" : 10.0.0.2 . 4443,',
      '203.0.113.10 . 4005 comment "public/sfu-1" : 10.0.0.1 . 4005,',
      '}',
    ]);
  });

  test('of members that a URL names is degraded, unless each has a port of its own', () => {
    assert.deepEqual(said(render({ signalling: { port: 80 } }, [{}]), 'degraded'), ['public/signalling']);
    const both = { signalling: { port: 80, ports: '4000-4499' }, media: MEDIA };
    assert.deepEqual(said(render(both, [{}]), 'degraded'), []);
  });
});

describe('nftables: what it cannot do', () => {
  test('dsr and tunnel are refused, and nothing is rendered where all is', () => {
    for (const forwarding of ['dsr', 'tunnel']) {
      const rendering = render({ forwarding, media: MEDIA }, [{}]);
      assert.deepEqual(rendering.files, []);
      assert.deepEqual(rendering.rules, []);
      assert.deepEqual(said(rendering, 'refused'), ['public/media/sfu-1/tcp public/media/sfu-1/udp']);
    }
  });

  test('ending TLS is refused, while media stays', () => {
    const signalling = { port: 443, certificate: '/etc/roomlb/tls.pem' };
    const rendering = render({ signalling, media: MEDIA }, [{}]);
    assert.deepEqual(said(rendering, 'refused'), ['public/signalling']);
    assert.doesNotMatch(text(rendering), /dport 443/);
    assert.match(text(rendering), /40000-40001 comment/);
  });

  test('a family that a node lacks is named', () => {
    const rendering = render({ media: MEDIA }, [{ addresses: ['10.0.0.1'] }]);
    const finding = rendering.findings.find(({ message }) => message.startsWith('IPv6 of VIP public'));
    assert.deepEqual(finding?.about, ['public/media/sfu-1/tcp', 'public/media/sfu-1/udp']);
  });
});

describe('nftables: the table', () => {
  test('masquerades where the VIP sets snat, and only connections of its own', () => {
    const postrouting = (snat: boolean) => lines(render({ snat, media: MEDIA }, [{}]), 'chain postrouting');
    assert.equal(postrouting(false).length, 1);
    assert.equal(
      postrouting(true)[1],
      'meta l4proto udp ct status dnat ct original ip daddr 203.0.113.10 ct original proto-dst 40000-40001 masquerade',
    );
  });

  test('is named after the cluster, whatever characters its id has', () => {
    const topology = cluster({ media: MEDIA }, [{}]);
    const names = ['a-b', 'a.b', 'a_b', 'A-b'].map((id) => {
      const rendering = nftables.render(intentOf({ ...topology, cluster: id }));
      return /^delete table inet (\S+)$/m.exec(text(rendering))?.[1];
    });
    assert.deepEqual(names, ['roomlb_a-b', 'roomlb_a.b', 'roomlb_a_b', 'roomlb_A-b']);
  });

  test('of loopback addresses needs no forwarding, and route_localnet where one end is elsewhere', () => {
    const hints = (vip: string, node: string) =>
      render({ addresses: [vip], media: MEDIA }, [{ addresses: [node] }])
        .findings.map(({ hint }) => hint)
        .filter((hint) => hint.startsWith('sysctl'))
        .map((hint) => hint.match(/ip_forward|route_localnet|udp_timeout_stream/g)?.join(' '));
    assert.deepEqual(hints('127.0.0.100', '127.0.0.11'), ['udp_timeout_stream']);
    assert.deepEqual(hints('203.0.113.10', '127.0.0.11'), [
      'ip_forward',
      'udp_timeout_stream',
      'route_localnet',
    ]);
    assert.deepEqual(hints('127.0.0.100', '10.0.0.1'), [
      'ip_forward',
      'udp_timeout_stream',
      'route_localnet',
    ]);
  });
});
