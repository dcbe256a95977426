import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkDocument } from '../../../src/topology/document.ts';
import { formatFault } from '../../../src/topology/faults.ts';
import { toDocument } from '../../../src/topology/format.ts';

const NEIGHBOR = { address: '192.0.2.1', asn: 65_000 };

function check(bgp: object | undefined, route: object | undefined, vip: object = {}) {
  const { topology, faults } = checkDocument({
    cluster: 'c',
    ...(bgp && { bgp }),
    vips: [{ id: 'v', addresses: ['203.0.113.1'], media: { ports: 40000 }, ...(route && { route }), ...vip }],
    nodes: [],
  });
  return { topology, faults: faults.map(formatFault) };
}

describe('bgp: and route:', () => {
  test('take their defaults, sorted lists, and come back as they were', () => {
    const { topology, faults } = check(
      {
        asn: 4_200_000_000,
        neighbors: [
          { address: '2001:DB8::0:1', asn: 65_000 },
          { ...NEIGHBOR, source: '192.0.2.2', multihop: 3, bfd: true },
        ],
      },
      { communities: ['65010:100', '9:20'] },
    );
    assert.deepEqual(faults, []);
    assert.ok(topology);
    assert.deepEqual(topology.vips[0]?.route, {
      watermark: 0.01,
      communities: ['9:20', '65010:100'],
      med: null,
    });
    assert.equal(topology.bgp?.holdTime, 9);
    assert.deepEqual(
      topology.bgp.neighbors.map(({ address }) => address.text),
      ['192.0.2.1', '2001:db8::1'],
    );
    assert.deepEqual(checkDocument(toDocument(topology)).topology, topology);
  });

  test('name what they cannot be', () => {
    const { faults } = check(
      {
        asn: 23_456,
        routerId: '2001:db8::9',
        holdTime: '2s',
        neighbors: [
          NEIGHBOR,
          NEIGHBOR,
          { address: '203.0.113.1', asn: 65_535, source: '2001:db8::1' },
          { address: '192.0.2.3', asn: 0 },
          { address: '192.0.2.4', asn: 1, source: '192.0.2.4', password: 'x' },
        ],
      },
      { watermark: 0.5, communities: ['65536:1', 'no-export'] },
    );
    const paths = faults.map((fault) => fault.split(' (hint')[0]);
    assert.deepEqual(paths.sort(), [
      'error: bgp.asn: 23456 is reserved, no router has it',
      'error: bgp.holdTime: must be at least 3s, found 2s',
      'error: bgp.neighbors: 192.0.2.1 is listed twice',
      'error: bgp.neighbors: 203.0.113.1 is an address of VIP v',
      'error: bgp.neighbors: 65535 is reserved, no router has it',
      'error: bgp.neighbors: the source 192.0.2.4 is the neighbor itself',
      'error: bgp.neighbors: the source 2001:db8::1 is IPv6, the neighbor 203.0.113.1 is not',
      'error: bgp.neighbors[3].asn: must be a whole number from 1 to 4294967294, found 0',
      'error: bgp.neighbors[4].password: unknown key "password"',
      'error: bgp.routerId: a BGP identifier is written as an IPv4 address, found 2001:db8::9',
      'error: vips[0].route.communities[0]: both halves must be 0 to 65535, found 65536:1',
      'error: vips[0].route.communities[1]: must be a community such as 65010:100, found "no-export"',
      'error: vips[0].route.watermark: must be a whole number of per cent such as 20%, found 0.5',
    ]);
  });

  test('warn where nobody would be told, or some balancer does not hold what all announce', () => {
    const bgp = { asn: 65_010, neighbors: [NEIGHBOR] };
    const warnings = (faults: readonly string[]) => faults.map((fault) => fault.split(/[:(]/)[1]?.trim());
    assert.deepEqual(warnings(check(undefined, {}).faults), ['vips[0].route']);
    assert.deepEqual(warnings(check(bgp, undefined).faults), ['bgp']);
    assert.deepEqual(warnings(check(bgp, {}, { vrrp: { interface: 'eth0', routerId: 1 } }).faults), [
      'vips[0].route',
    ]);
  });

  for (const text of ['65010:100\n', '65010 100', '65010:100;', '65010：100', '']) {
    test(`take no community ${JSON.stringify(text)}`, () => {
      assert.equal(check(undefined, { communities: [text] }).topology, undefined);
    });
  }
});
