import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import type { ClaimStore } from '../../src/store/store.ts';
import { claimOn, listAll, STORES } from './stores.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

async function fill(claims: ClaimStore, rooms: readonly string[], node = 'sfu-1'): Promise<void> {
  await Promise.all(rooms.map((room) => claims.create(room, claimOn(node))));
}

for (const { name, skip = false, withStore } of STORES) {
  describe(`the ${name} store`, { skip }, () => {
    test('answers a claim with every wish that it was made with', () =>
      withStore(async ({ claims }) => {
        const claim = claimOn('sfu-1', {
          kind: 'broadcast',
          zone: 'a',
          participants: 300,
          nodeKind: 'janus',
          vip: 'public',
        });
        assert.equal(await claims.get('standup'), undefined);
        assert.deepEqual(await claims.create('standup', claim), { created: true, claim });
        assert.deepEqual(await claims.get('standup'), claim);
      }));

    test('keeps what it was given when the caller changes it afterwards, and no foreign fields', () =>
      withStore(async ({ claims }) => {
        const claim = { ...claimOn('sfu-1'), participants: 5, password: 'x' };
        const creating = claims.create('standup', claim);
        claim.participants = 6;
        await creating;
        assert.deepEqual(await claims.get('standup'), claimOn('sfu-1', { participants: 5 }));
      }));

    test('the first writer of a room wins, and the second learns whose claim holds', () =>
      withStore(async ({ claims }) => {
        await claims.create('standup', claimOn('sfu-1'));
        assert.deepEqual(await claims.create('standup', claimOn('sfu-2')), {
          created: false,
          claim: claimOn('sfu-1'),
        });
        assert.deepEqual([...claims.loads()], [['sfu-1', 1]]);
      }));

    test('of 1000 concurrent creates of one room exactly one creates it, and all name the same node', () =>
      withStore(async ({ claims }) => {
        const results = await Promise.all(
          range(1000).map((i) => claims.create('standup', claimOn(`sfu-${i}`))),
        );
        assert.equal(results.filter(({ created }) => created).length, 1);
        assert.deepEqual([...new Set(results.map(({ claim }) => claim.node))], ['sfu-0']);
        assert.deepEqual([...claims.loads()], [['sfu-0', 1]]);
        assert.equal(claims.total(), 1);
      }));

    test('move replaces the claim only while it is on the expected node', () =>
      withStore(async ({ claims }) => {
        assert.deepEqual(await claims.move('standup', 'sfu-1', claimOn('sfu-2')), {
          moved: false,
          claim: undefined,
        });
        await claims.create('standup', claimOn('sfu-1'));
        const results = await Promise.all(
          ['sfu-2', 'sfu-3'].map((node) => claims.move('standup', 'sfu-1', claimOn(node))),
        );
        assert.deepEqual(results, [
          { moved: true, claim: claimOn('sfu-2') },
          { moved: false, claim: claimOn('sfu-2') },
        ]);
        assert.deepEqual([...claims.loads()], [['sfu-2', 1]]);
        assert.deepEqual(await claims.list({ node: 'sfu-1', limit: 9 }), { entries: [], next: null });
        assert.deepEqual(await claims.list({ node: 'sfu-2', limit: 9 }), {
          entries: [{ room: 'standup', claim: claimOn('sfu-2') }],
          next: null,
        });
      }));

    test('a move to the node that has the room already renews its wishes', () =>
      withStore(async ({ claims }) => {
        await claims.create('standup', claimOn('sfu-1'));
        assert.equal(
          (await claims.move('standup', 'sfu-1', claimOn('sfu-1', { participants: 9 }))).moved,
          true,
        );
        assert.equal((await claims.get('standup'))?.participants, 9);
        assert.deepEqual([...claims.loads()], [['sfu-1', 1]]);
        assert.equal((await claims.list({ node: 'sfu-1', limit: 9 })).entries.length, 1);
      }));

    test('release answers with the claim once', () =>
      withStore(async ({ claims }) => {
        await claims.create('standup', claimOn('sfu-1'));
        const results = await Promise.all([claims.release('standup'), claims.release('standup')]);
        assert.deepEqual(results, [claimOn('sfu-1'), undefined]);
        assert.equal(await claims.get('standup'), undefined);
        assert.deepEqual([...claims.loads()], []);
      }));

    test('calls for one room take effect in the order in which they were made', () =>
      withStore(async ({ claims }) => {
        const results = await Promise.all([
          claims.create('standup', claimOn('sfu-1')),
          claims.release('standup'),
          claims.create('standup', claimOn('sfu-2')),
          claims.move('standup', 'sfu-2', claimOn('sfu-3')),
          claims.create('standup', claimOn('sfu-4')),
        ]);
        assert.deepEqual(results, [
          { created: true, claim: claimOn('sfu-1') },
          claimOn('sfu-1'),
          { created: true, claim: claimOn('sfu-2') },
          { moved: true, claim: claimOn('sfu-3') },
          { created: false, claim: claimOn('sfu-3') },
        ]);
        assert.deepEqual([...claims.loads()], [['sfu-3', 1]]);
      }));

    test('rooms are counted when the call is made, before the write is through', () =>
      withStore(async ({ claims }) => {
        const loads = claims.loads();
        const creating = [claims.create('a', claimOn('sfu-1')), claims.create('b', claimOn('sfu-1'))];
        assert.equal(loads.get('sfu-1'), 2);
        await Promise.all(creating);
        const moving = claims.move('a', 'sfu-1', claimOn('sfu-2'));
        assert.deepEqual([loads.get('sfu-1'), loads.get('sfu-2')], [1, 1]);
        await moving;
        const releasing = claims.release('b');
        assert.deepEqual([loads.get('sfu-1'), claims.total()], [undefined, 1]);
        await releasing;
      }));

    test('lists rooms in the order of their UTF-8 bytes', () =>
      withStore(async (store) => {
        const rooms = [
          'b',
          'a',
          'a\u{10ffff}',
          'ab',
          'a\ufffd',
          'a\ud7ff',
          '회의',
          'é',
          '\u{1f600}',
          '\ue000',
          'Z',
          ' ',
        ];
        await fill(store.claims, rooms);
        assert.deepEqual(await listAll(store, 5), rooms.toSorted(byBytes));
        assert.deepEqual(await listAll(store, 5, 'sfu-1'), rooms.toSorted(byBytes));
      }));

    test('a page holds up to limit entries, and the last one says that none follows', () =>
      withStore(async ({ claims }) => {
        assert.deepEqual(await claims.list({ limit: 1 }), { entries: [], next: null });
        await fill(claims, ['a', 'b', 'c']);
        const entry = (room: string) => ({ room, claim: claimOn('sfu-1') });
        assert.deepEqual(await claims.list({ limit: 2 }), { entries: [entry('a'), entry('b')], next: 'b' });
        assert.deepEqual(await claims.list({ limit: 2, after: 'b' }), { entries: [entry('c')], next: null });
        assert.deepEqual(await claims.list({ limit: 3 }), {
          entries: ['a', 'b', 'c'].map(entry),
          next: null,
        });
        assert.deepEqual(await claims.list({ limit: 3, after: 'c' }), { entries: [], next: null });
      }));

    test('a page of a node has the rooms of that node only, though ids may begin alike', () =>
      withStore(async (store) => {
        const nodes = ['sfu', 'sfu-1', 'sfu-10', 'sfu-1.x', 'SFU'];
        await Promise.all(nodes.map((node, i) => fill(store.claims, [`x${9 - i}`, `y${i}`], node)));
        for (const [i, node] of nodes.entries()) {
          assert.deepEqual(await listAll(store, 1, node), [`x${9 - i}`, `y${i}`]);
        }
        assert.deepEqual(await listAll(store, 1, 'absent'), []);
        assert.equal((await listAll(store, 3)).length, 10);
      }));

    test('a room that exists throughout is seen exactly once while others come and go between pages', () =>
      withStore(async (store) => {
        const { claims } = store;
        const steady = range(300).map((i) => `steady-${i}`);
        const fleeting = range(300).map((i) => `steady-${i}-fleeting`);
        await fill(claims, [...steady, ...fleeting]);
        const seen: string[] = [];
        for (let after: string | undefined, turn = 0; ; turn++) {
          const page = await claims.list({ after, limit: 7 });
          seen.push(...page.entries.map(({ room }) => room).filter((room) => !room.endsWith('g')));
          if (page.next === null) break;
          after = page.next;
          // The room that the cursor names goes too, where it may.
          await Promise.all(fleeting.slice(turn * 5, turn * 5 + 5).map((room) => claims.release(room)));
          if (after.endsWith('g')) await claims.release(after);
          await fill(claims, [
            `a-${turn}-fleeting`,
            `steady-${turn}-later-fleeting`,
            `z-${turn % 9}-fleeting`,
          ]);
        }
        assert.deepEqual(seen, steady.toSorted(byBytes));
      }));

    test('any text will do as a cursor', () =>
      withStore(async ({ claims }) => {
        const rooms = ['a', 'x'.repeat(256), 'x'.repeat(255) + 'y', '\ufffdb', '\u{1f600}'];
        await fill(claims, rooms);
        for (const after of [
          '',
          '\0',
          'x'.repeat(256),
          'x'.repeat(5000),
          '\u{1f600}'.repeat(100_000),
          '\ud800',
          '\ud800z',
          'é'.repeat(200),
        ]) {
          const expected = rooms.filter((room) => byBytes(room, after) > 0).toSorted(byBytes);
          for (const node of [undefined, 'sfu-1']) {
            const page = await claims.list({ after, node, limit: 9 });
            assert.deepEqual(
              page.entries.map(({ room }) => room),
              expected,
              JSON.stringify(after),
            );
          }
        }
      }));

    test('rejects a limit that is not a positive integer', () =>
      withStore(async ({ claims }) => {
        for (const limit of [0, -1, 1.5, NaN, Infinity])
          await assert.rejects(claims.list({ limit }), RangeError);
      }));

    test('takes names of up to 256 bytes and rejects every other with a RangeError', () =>
      withStore(async ({ claims }) => {
        for (const room of ['x'.repeat(256), '한'.repeat(85), '\u{1f600}'.repeat(64)]) {
          assert.equal((await claims.create(room, claimOn('sfu-1'))).created, true);
          assert.deepEqual(await claims.get(room), claimOn('sfu-1'));
        }
        for (const room of ['', 'x'.repeat(257), '한'.repeat(86), 'a\0b', 'a\nb', '\ud800', 'a\udc00']) {
          await assert.rejects(claims.get(room), RangeError);
          await assert.rejects(claims.create(room, claimOn('sfu-1')), RangeError);
          await assert.rejects(claims.move(room, 'sfu-1', claimOn('sfu-2')), RangeError);
          await assert.rejects(claims.release(room), RangeError);
        }
        assert.equal(claims.total(), 3);
      }));

    test('rejects a claim on something that is not the id of a node, and counts nothing', () =>
      withStore(async ({ claims }) => {
        await claims.create('held', claimOn('sfu-1'));
        for (const node of ['', 'a\0b', 'a/b', 'x'.repeat(64)]) {
          await assert.rejects(claims.create('standup', claimOn(node)), RangeError);
          await assert.rejects(claims.move('held', 'sfu-1', claimOn(node)), RangeError);
        }
        assert.deepEqual(await claims.get('held'), claimOn('sfu-1'));
        assert.deepEqual([...claims.loads()], [['sfu-1', 1]]);
      }));

    test('the topology is written by compare-and-set: of concurrent writers one succeeds', () =>
      withStore(async ({ topology }) => {
        assert.equal(await topology.read(), undefined);
        const write = (by: number, expected: number) =>
          topology.write({ seed: { by: 'file' }, current: { by }, version: expected + 1 }, expected);
        assert.equal(await write(0, 7), false);
        assert.deepEqual(
          await Promise.all(range(50).map((i) => write(i, 0))),
          range(50).map((i) => i === 0),
        );
        assert.deepEqual(await topology.read(), { seed: { by: 'file' }, current: { by: 0 }, version: 1 });
        assert.equal(await write(9, 0), false);
        assert.equal(await write(9, 1), true);
        assert.deepEqual((await topology.read())?.current, { by: 9 });
      }));

    test('the topology stays as it was written when the caller changes the document afterwards', () =>
      withStore(async ({ topology }) => {
        const current = { nodes: ['sfu-1'] };
        const writing = topology.write({ seed: current, current, version: 1 }, 0);
        current.nodes.push('sfu-2');
        await writing;
        assert.deepEqual(await topology.read(), {
          seed: { nodes: ['sfu-1'] },
          current: { nodes: ['sfu-1'] },
          version: 1,
        });
      }));

    test('rejects a topology whose version does not grow', () =>
      withStore(async ({ topology }) => {
        for (const version of [0, -1, 0.5, NaN]) {
          await assert.rejects(topology.write({ seed: {}, current: {}, version }, 0), RangeError);
        }
        assert.equal(await topology.read(), undefined);
      }));

    test('keeps notes by their names as they were written, the last one last', () =>
      withStore(async ({ notes }) => {
        assert.equal(await notes.read('health'), undefined);
        const value = { nodes: ['sfu-1'] };
        const writing = notes.write('health', value);
        value.nodes.push('sfu-2');
        await writing;
        assert.deepEqual(await notes.read('health'), { nodes: ['sfu-1'] });
        await Promise.all(range(20).map((i) => notes.write('health', i)));
        await notes.write('other', null);
        assert.deepEqual([await notes.read('health'), await notes.read('other')], [19, null]);
      }));

    test('lets one caller do a thing once, and the same caller say so again', () =>
      withStore(async ({ once }) => {
        const until = Date.now() + 60_000;
        const callers = range(20).map((i) => `caller-${i}`);
        const answers = await Promise.all(callers.map((by) => once.take('a', by, until)));
        assert.equal(answers.filter(Boolean).length, 1);
        for (const [i, by] of callers.entries()) assert.equal(await once.take('a', by, until), answers[i]);
        assert.equal(await once.take('b', 'caller-1', until), true);
        for (const word of ['', 'a/b', 'a:b', 'x'.repeat(129)]) {
          await assert.rejects(once.take(word, 'a', until), RangeError);
          await assert.rejects(once.take('c', word, until), RangeError);
        }
      }));

    test('renews claims, and names the nodes that rooms are claimed on', () =>
      withStore(async ({ claims }) => {
        await fill(claims, ['a', 'b']);
        const places = ['a', 'b', 'c'].map((room) => ({ room, node: room === 'b' ? 'sfu-2' : 'sfu-1' }));
        assert.deepEqual(await claims.renew(places), ['sfu-1', 'sfu-1', undefined]);
        assert.deepEqual(await claims.renew([]), []);
      }));

    test('says that it is ready, and closes twice without complaint', () =>
      withStore(async (store) => {
        await store.ready();
        await store.claims.create('standup', claimOn('sfu-1'));
        await store.close();
      }));
  });
}
