import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Probers } from '../../src/replicas/probers.ts';

const replicas = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 9 });
const node = fc.stringMatching(/^[a-z0-9-]{1,20}$/);

test('every node is probed by as many replicas as there shall be, or by all there are', () => {
  fc.assert(
    fc.property(replicas, node, fc.integer({ min: 1, max: 4 }), (ids, id, count) => {
      const chosen = new Probers(ids, count).of(id);
      assert.equal(chosen.length, Math.min(count, ids.length));
      assert.equal(new Set(chosen).size, chosen.length);
      for (const each of chosen) assert.ok(ids.includes(each));
    }),
  );
});

test('all who see the same replicas name the same ones, in whatever order they see them', () => {
  fc.assert(
    fc.property(replicas, node, (ids, id) => {
      assert.deepEqual(new Probers(ids, 3).of(id), new Probers([...ids].reverse(), 3).of(id));
    }),
  );
});

test('a replica that goes is replaced by one other for its nodes, and nothing changes for the rest', () => {
  fc.assert(
    fc.property(replicas, node, (ids, id) => {
      const [gone, ...rest] = ids;
      fc.pre(rest.length > 0);
      const before = new Probers(ids, 3).of(id);
      const after = new Probers(rest, 3).of(id);
      for (const each of before) if (each !== gone) assert.ok(after.includes(each));
      if (!before.includes(gone!)) assert.deepEqual(after, before);
    }),
  );
});

test('nodes are shared out evenly', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const probers = new Probers(ids, 3);
  const counts = new Map<string, number>();
  for (let i = 0; i < 2000; i++) {
    for (const id of probers.of(`sfu-${i}`)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  for (const id of ids)
    assert.ok(Math.abs((counts.get(id) ?? 0) - 1200) < 120, `${id}: ${counts.get(id) ?? 0}`);
});
