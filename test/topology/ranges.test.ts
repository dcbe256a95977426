import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import ipaddr from 'ipaddr.js';
import fc from 'fast-check';
import { parseAddress } from '../../src/topology/address.ts';
import { formatFaults, isError } from '../../src/topology/faults.ts';
import { parseTopology } from '../../src/topology/parse.ts';
import { inRanges, parseRange } from '../../src/topology/ranges.ts';
import { SMALL } from '../fixtures/cluster.ts';

describe('a range', () => {
  test('is read where it is one', () => {
    for (const text of ['10.0.0.0/8', '0.0.0.0/0', '10.1.2.3/32', 'fd00::/8', '::/0', '2001:db8::1/128'])
      assert.equal(parseRange(text), text);
    assert.equal(parseRange('FD00:0::/8'), 'fd00::/8');
    for (const text of [
      '10.0.0.1/8',
      '10.0.0.0',
      '10.0.0.0/33',
      'fd00::1/8',
      '::/129',
      'x/8',
      '10.0.0/8',
      '/8',
    ])
      assert.equal(parseRange(text), undefined, text);
  });

  test('has the addresses that another library says it has', () => {
    const v4 = fc.tuple(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }));
    const v6 = fc.tuple(fc.ipV6(), fc.ipV6(), fc.integer({ min: 0, max: 128 }));
    fc.assert(
      fc.property(fc.oneof(v4, v6), fc.boolean(), ([base, other, prefix], near) => {
        const first = parseAddress(base);
        const asked = parseAddress(near ? base : other);
        fc.pre(first !== undefined && asked !== undefined);
        const kind = first.family === 4 ? ipaddr.IPv4 : ipaddr.IPv6;
        const network = kind.networkAddressFromCIDR(`${first.text}/${prefix}`);
        const range = parseRange(`${parseAddress(network.toString())!.text}/${prefix}`);
        fc.pre(range !== undefined);
        assert.equal(inRanges([range])(asked), ipaddr.parse(asked.text).match(network, prefix));
      }),
    );
  });

  test('of the topology holds all nodes, or they are named with their lines', () => {
    const faultsOf = (ranges: string) =>
      formatFaults(
        parseTopology(`nodeRanges: ${ranges}${SMALL}`, { file: 'f' }).faults.filter(isError),
      ).split('\n');
    assert.deepEqual(faultsOf('[10.0.1.0/24, "fd00::/8"]'), ['']);
    const [first, second] = faultsOf('[10.0.1.0/24]');
    assert.match(
      first!,
      /^f:\d+:\d+: error: nodes\[1\]\.addresses\[1\]: fd00:1::12 is in none of nodeRanges/,
    );
    assert.equal(second, undefined);
    assert.match(faultsOf('[10.0.1.1/24]')[0]!, /^f:1:14: error: nodeRanges\[0\]: must be a range/);
  });
});
