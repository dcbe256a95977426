/** Which workers of a node that is down serve all the same: input → output. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Detector } from '../../../src/health/detector/detector.ts';
import type { Endpoint } from '../../../src/health/endpoint.ts';
import { heartbeat, httpAt, stunAt, tcpAt, vipStunAt } from '../endpoints.ts';
import { PLAIN, START } from './cluster.ts';
import { outcome } from './letters.ts';

const endpoints: readonly Endpoint[] = [
  stunAt(40000),
  stunAt(40001),
  heartbeat(),
  httpAt(8081),
  tcpAt(4443),
  vipStunAt(40000, { effect: 'suspect' }),
];

/** @param letters of the two workers, heartbeat, HTTP, TCP and the path to the first worker, one after the other */
function serving(...rounds: string[]): number[] {
  const detector = new Detector(PLAIN, endpoints, START);
  for (const letters of rounds) {
    for (const [i, { id }] of endpoints.entries()) detector.observe(id, outcome(letters.charAt(i)), START);
  }
  return [...(detector.serving(START).get('sfu-1') ?? [])];
}

describe('workers that serve though their node is down', () => {
  const rows: [string, string[], number[]][] = [
    ['none of a node that is up', ['......'], []],
    ['the other one, where one died', ['......', 's.....'], [40001]],
    ['none, where both did', ['......', 'ss....'], []],
    ['the other one, whose node says by HTTP that not all is well', ['......', 's..s..'], [40001]],
    ['none, where HTTP is refused', ['......', 's..r..'], []],
    ['none, where signalling is refused', ['......', '....r.'], []],
    ['none, where the node has left', ['......', '..s...'], []],
    ['the other one, though the node takes no new rooms', ['......', 's.b...'], [40001]],
    ['none that is silent, be it once', ['......', 'st....'], []],
    ['a path through the VIP limits to suspect: no reason to go', ['......', '.s...n', '.s...n'], [40000]],
    ['none that was never heard of', ['s-....'], []],
  ];
  for (const [what, rounds, ports] of rows) {
    test(what, () => assert.deepEqual(serving(...rounds), ports));
  }
});
