import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  clusterView,
  losesItsRooms,
  refusesNewRooms,
  shareOf,
  type Observed,
} from '../../src/cluster/view.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';

const topology = parse(SMALL);
const view = (health: Record<string, 'up' | 'suspect' | 'down'> = {}, more: Partial<Observed> = {}) =>
  clusterView(topology, new Map(Object.entries(health)), more);
const node = (id: string) => topology.nodes.find((each) => each.id === id)!;

describe('who refuses new rooms', () => {
  const rows: [string, Parameters<typeof view>, string, string | undefined][] = [
    ['an active node of unknown health takes them', [], 'sfu-1', undefined],
    ['one that is up does', [{ 'sfu-1': 'up' }], 'sfu-1', undefined],
    ['a draining one does not', [], 'sfu-4', 'draining'],
    ['a suspect one does not', [{ 'sfu-1': 'suspect' }], 'sfu-1', 'suspect'],
    ['one that is down does not', [{ 'sfu-1': 'down' }], 'sfu-1', 'down'],
    [
      'one that is about to stop does not, be it up',
      [{ 'sfu-1': 'up' }, { leaving: new Set(['sfu-1']) }],
      'sfu-1',
      'about to stop',
    ],
  ];
  for (const [what, args, id, why] of rows) {
    test(what, () => assert.equal(refusesNewRooms(view(...args), node(id)), why));
  }
});

describe('who loses its rooms', () => {
  const serving = { serving: new Map([['sfu-1', new Set([40000])]]) };
  const leaving = { leaving: new Set(['sfu-1']) };
  const rows: [string, Parameters<typeof view>, string, number | undefined, string | undefined][] = [
    ['a suspect node keeps them', [{ 'sfu-1': 'suspect' }], 'sfu-1', undefined, undefined],
    ['a draining node keeps them', [], 'sfu-4', undefined, undefined],
    ['one that is down loses them', [{ 'sfu-1': 'down' }], 'sfu-1', undefined, 'down'],
    ['also those that live there', [{ 'sfu-1': 'down' }], 'sfu-1', 40000, 'down'],
    ['but for those on a worker that serves', [{ 'sfu-1': 'down' }, serving], 'sfu-1', 40000, undefined],
    ['and not those on its other workers', [{ 'sfu-1': 'down' }, serving], 'sfu-1', 40001, 'down'],
    ['nor claims that are not live', [{ 'sfu-1': 'down' }, serving], 'sfu-1', undefined, 'down'],
    ['one about to stop loses what is not live', [{}, leaving], 'sfu-1', undefined, 'about to stop'],
    ['and keeps what is', [{}, leaving], 'sfu-1', 40000, undefined],
    ['a node that is gone loses all', [], 'sfu-9', 40000, 'removed'],
  ];
  for (const [what, args, id, port, why] of rows) {
    test(what, () => assert.equal(losesItsRooms(view(...args), id, port), why));
  }
});

test('shares are weights, in tenths as soon as one node starts slowly', () => {
  assert.equal(shareOf(view(), node('sfu-3')), 200);
  const slow = view({}, { factors: new Map([['sfu-3', 0.3]]) });
  assert.deepEqual([shareOf(slow, node('sfu-3')), shareOf(slow, node('sfu-1'))], [600, 1000]);
});
