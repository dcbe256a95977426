/** The registry's parts on their own. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LiveIndex } from '../../src/nodes/live-index.ts';
import { Throttle } from '../../src/nodes/throttle.ts';
import { wordOf } from '../../src/nodes/word.ts';
import type { LeaveReason, NodeStatus, WorkerReport } from '../../src/media-node/protocol.ts';
import { roomSaid, statusSaid, workerSaid } from './said.ts';

describe('the index of live rooms', () => {
  const node = fc.constantFrom('a', 'b', 'c');
  const room = fc.constantFrom('r1', 'r2', 'r3', 'r4');
  const steps = fc.array(
    fc.oneof(
      fc.record({ do: fc.constant('set' as const), node, room, participants: fc.nat(9) }),
      fc.record({ do: fc.constant('delete' as const), node, room }),
      fc.record({ do: fc.constant('clear' as const), node }),
    ),
    { maxLength: 60 },
  );

  test('answers as a plain table of node and room does, whatever comes and goes', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const index = new LiveIndex();
        const table = new Map<string, number>();
        for (const step of list) {
          const key = 'room' in step ? `${step.node} ${step.room}` : '';
          if (step.do === 'set') {
            const isNew = index.set(step.node, roomSaid(step.room, { participants: step.participants }));
            assert.equal(isNew, !table.has(key));
            table.set(key, step.participants);
          } else if (step.do === 'delete') {
            index.delete(step.node, step.room);
            table.delete(key);
          } else {
            index.clear(step.node);
            for (const each of [...table.keys()]) if (each.startsWith(`${step.node} `)) table.delete(each);
          }
        }
        assert.deepEqual(new Set([...index.all()].map(([r, n]) => `${n} ${r}`)), new Set(table.keys()));
        for (const r of ['r1', 'r2', 'r3', 'r4']) {
          const on = ['a', 'b', 'c'].filter((n) => table.has(`${n} ${r}`));
          const most = Math.max(...on.map((n) => table.get(`${n} ${r}`)!));
          const best = on.find((n) => table.get(`${n} ${r}`) === most);
          assert.equal(index.find(r)?.node, best);
          for (const n of ['a', 'b', 'c']) assert.equal(index.on(r, n)?.participants, table.get(`${n} ${r}`));
        }
        for (const n of ['a', 'b', 'c'])
          assert.equal(index.count(n), [...table.keys()].filter((key) => key.startsWith(`${n} `)).length);
      }),
    );
  });
});

describe('the throttle', () => {
  test('lets a burst through, then so many a second', () => {
    const throttle = new Throttle(10, 5, 0);
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(() => throttle.take(0)),
      [0, 0, 0, 0, 100],
    );
    assert.equal(throttle.take(100), 100);
    assert.equal(throttle.take(1000), 0);
  });

  test('over any time, no more than the burst and the rate allow', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 200 }), (pauses) => {
        const throttle = new Throttle(100, 20, 0);
        let now = 0;
        let taken = 0;
        let free = 0;
        for (const pause of pauses) {
          now = Math.max(now + pause, free);
          free = now + throttle.take(now);
          taken++;
          assert.ok(taken <= 21 + (now / 1000) * 100, `${taken} within ${now} ms`);
        }
      }),
    );
  });

  test('a clock that goes back earns nothing', () => {
    const throttle = new Throttle(10, 1, 1000);
    assert.equal(throttle.take(1000), 100);
    assert.ok(throttle.take(0) >= 100);
  });
});

describe('the word of a node', () => {
  const dead = { state: 'dead', probe: null, pid: null } as const;
  const workers = (...changes: Partial<WorkerReport>[]) => ({
    workers: changes.map((change, i) => workerSaid(40000 + i, change)),
  });
  const rows: [string, Partial<NodeStatus>, LeaveReason | undefined, string, RegExp][] = [
    ['all is well', {}, undefined, 'serving', /^$/],
    ['told to stop', { phase: 'draining' }, undefined, 'draining', /about to stop/],
    ['one worker dead', workers(dead, {}), undefined, 'draining', /^1 of 2 media workers: 40000 dead$/],
    ['one silent', workers({}, { state: 'silent' }), undefined, 'draining', /40001 silent/],
    ['one starts', workers({}, { state: 'starting' }), undefined, 'draining', /40001 starting/],
    [
      'all dead',
      workers(dead, dead),
      undefined,
      'failing',
      /no media worker is left: 40000 dead, 40001 dead/,
    ],
    [
      'all silent: each is for its own check',
      workers({ state: 'silent' }, { state: 'silent' }),
      undefined,
      'draining',
      /2 of 2/,
    ],
    [
      'other ports',
      workers({}),
      undefined,
      'failing',
      /serves media ports 40000, the topology says 40000-40001/,
    ],
    ['no workers at all', { workers: [] }, undefined, 'failing', /serves media ports none/],
    ['goodbye', {}, 'drained', 'left', /left, drained/],
    [
      'goodbye goes before all else',
      { ...workers(dead, dead), phase: 'draining' },
      'stopped',
      'left',
      /stopped/,
    ],
  ];
  for (const [what, status, left, state, why] of rows) {
    test(what, () => {
      const word = wordOf(statusSaid(status), left, { first: 40000, last: 40001 });
      assert.equal(word.state, state);
      assert.match(word.why ?? '', why);
    });
  }
});
