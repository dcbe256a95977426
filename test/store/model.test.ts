/** Random calls against every store, and against a model that is too simple to be wrong. */
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Claim, Store } from '../../src/store/store.ts';
import { claimOn, listAll, STORES } from './stores.ts';

const ROOMS = ['a', 'ab', 'b', '\ufffd', '\u{1f600}', '회의'];
const NODES = ['sfu', 'sfu-1', 'sfu-10'];

const room = fc.constantFrom(...ROOMS);
const node = fc.constantFrom(...NODES);
const call = fc.oneof(
  fc.record({ call: fc.constant('create' as const), room, node }),
  fc.record({ call: fc.constant('move' as const), room, from: node, node }),
  fc.record({ call: fc.constant('release' as const), room }),
);
type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;

class Model {
  readonly claims = new Map<string, Claim>();

  apply(made: Call): unknown {
    const held = this.claims.get(made.room);
    switch (made.call) {
      case 'create':
        if (held) return { created: false, claim: held };
        this.claims.set(made.room, claimOn(made.node));
        return { created: true, claim: claimOn(made.node) };
      case 'move':
        if (held?.node !== made.from) return { moved: false, claim: held };
        this.claims.set(made.room, claimOn(made.node));
        return { moved: true, claim: claimOn(made.node) };
      case 'release':
        this.claims.delete(made.room);
        return held;
    }
  }

  rooms(on?: string): string[] {
    const rooms = [...this.claims]
      .filter(([, claim]) => on === undefined || claim.node === on)
      .map(([name]) => name);
    return rooms.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }
}

function apply({ claims }: Store, made: Call): Promise<unknown> {
  switch (made.call) {
    case 'create':
      return claims.create(made.room, claimOn(made.node));
    case 'move':
      return claims.move(made.room, made.from, claimOn(made.node));
    case 'release':
      return claims.release(made.room);
  }
}

async function assertSame(store: Store, model: Model): Promise<void> {
  for (const name of ROOMS) assert.deepEqual(await store.claims.get(name), model.claims.get(name));
  for (const limit of [1, 2, 100]) assert.deepEqual(await listAll(store, limit), model.rooms());
  for (const on of NODES) {
    assert.deepEqual(await listAll(store, 2, on), model.rooms(on));
    assert.equal(store.claims.loads().get(on) ?? 0, model.rooms(on).length);
  }
  assert.equal(store.claims.total(), model.claims.size);
}

for (const { name, skip = false, withStore } of STORES) {
  describe(`the ${name} store`, { skip }, () => {
    test('answers every sequence of calls as the model does', () =>
      fc.assert(
        fc.asyncProperty(fc.array(call, { maxLength: 30 }), (calls) =>
          withStore(async (store) => {
            const model = new Model();
            for (const made of calls) assert.deepEqual(await apply(store, made), model.apply(made));
            await assertSame(store, model);
          }),
        ),
        { numRuns: name === 'redis' ? 15 : 60 },
      ));

    test('answers bursts of concurrent calls as the model does one by one', () =>
      fc.assert(
        fc.asyncProperty(fc.array(fc.array(call, { maxLength: 40 }), { maxLength: 4 }), (bursts) =>
          withStore(async (store) => {
            const model = new Model();
            for (const burst of bursts) {
              const answers = await Promise.all(burst.map((made) => apply(store, made)));
              assert.deepEqual(
                answers,
                burst.map((made) => model.apply(made)),
              );
              await assertSame(store, model);
            }
          }),
        ),
        { numRuns: name === 'redis' ? 15 : 60 },
      ));
  });
}
