import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driftOf } from '../../src/import/drift.ts';
import { readBack } from '../../src/targets/ipvs/read-back.ts';

const services = (...lines: string[]) => readBack(lines.join('\n')).services;

const wanted = services(
  '-A -t 203.0.113.1:443 -s wrr',
  '-a -t 203.0.113.1:443 -r 10.0.0.1:4443 -m -w 100',
  '-a -t 203.0.113.1:443 -r 10.0.0.2:4443 -m -w 100',
  ...[40000, 40001, 40002].flatMap((port) => [
    `-A -u 203.0.113.1:${port} -s wrr`,
    `-a -u 203.0.113.1:${port} -r 10.0.0.1:${port} -m -w 1`,
  ]),
);

test('the order of lines means nothing, and other addresses are only counted', () => {
  const found = [...wanted].reverse().map((one) => ({ ...one, members: [...one.members].reverse() }));
  const others = services('-A -t 198.51.100.1:80 -s wrr', '-a -t 198.51.100.1:80 -r 10.9.0.1:80 -m -w 1');
  assert.deepEqual(driftOf(wanted, [...others, ...found]), { differences: [], foreign: 1 });
});

test('ports in a row that differ alike are one difference, with its first line', () => {
  const found = services(
    '-A -t 203.0.113.1:443 -s wrr',
    '-a -t 203.0.113.1:443 -r 10.0.0.1:4443 -m -w 50',
    '-a -t 203.0.113.1:443 -r 10.0.0.2:4443 -m -w 100',
    '-A -u 203.0.113.1:40000 -s wrr',
    '-a -u 203.0.113.1:40000 -r 10.0.0.2:40000 -m -w 1',
    '-A -u 203.0.113.1:40001 -s wrr',
    '-a -u 203.0.113.1:40001 -r 10.0.0.2:40001 -m -w 1',
    '-A -u 203.0.113.1:50000 -s wrr',
  );
  const both = ['10.0.0.1:4443 weight 100', '10.0.0.2:4443 weight 100'];
  assert.deepEqual(driftOf(wanted, found).differences, [
    {
      kind: 'different',
      wanted: both,
      found: ['10.0.0.1:4443 weight 50', both[1]],
      line: 1,
      where: 'tcp 203.0.113.1:443',
    },
    {
      kind: 'different',
      wanted: ['10.0.0.1'],
      found: ['10.0.0.2'],
      line: 4,
      where: 'udp 203.0.113.1:40000-40001',
    },
    { kind: 'missing', wanted: ['10.0.0.1'], found: [], line: null, where: 'udp 203.0.113.1:40002' },
    { kind: 'extra', wanted: [], found: [], line: 8, where: 'udp 203.0.113.1:50000' },
  ]);
});
