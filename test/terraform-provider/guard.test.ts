import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Guard, refusalOf, type Loss, type PoolNode } from '../../src/terraform-provider/guard.ts';

const SETTINGS = { maxRemovedPercent: 50, allowEmptyPools: false };

function pool(...states: readonly ('active' | 'draining' | 'disabled')[]): PoolNode[] {
  return states.map((state, index) => ({
    id: `n${index + 1}`,
    vip: 'public',
    present: state !== 'disabled',
    usable: state === 'active',
  }));
}

function losses(record: Readonly<Record<string, Loss>>): Map<string, Loss> {
  return new Map(Object.entries(record));
}

describe('what a plan may take out of service', () => {
  const four = pool('active', 'active', 'active', 'active');
  const cases: readonly [what: string, nodes: PoolNode[], Record<string, Loss>, RegExp | undefined][] = [
    ['half of the nodes may go', four, { n1: 'gone', n2: 'idle' }, undefined],
    [
      'more may not',
      four,
      { n1: 'gone', n2: 'gone', n3: 'idle' },
      /3 of the 4 .*\(n1, n2, n3\).* 75 %, of at most 50 %/,
    ],
    [
      'the only one may not',
      pool('active'),
      { n1: 'gone' },
      /1 of the 1 usable nodes \(n1\).*none would be left/,
    ],
    ['nor may it drain', pool('active'), { n1: 'idle' }, /none would be left to take rooms/],
    ['nor the only one that takes rooms', pool('active', 'draining'), { n1: 'gone' }, /to take rooms/],
    ['one that takes no rooms may', pool('active', 'draining'), { n2: 'gone' }, undefined],
    [
      'but not the last that is there',
      pool('draining', 'disabled'),
      { n1: 'gone' },
      /of VIP public would be gone/,
    ],
    ['one of two may', pool('active', 'active'), { n1: 'gone' }, undefined],
    ['nodes that are not there count for nothing', four, { x: 'gone', y: 'gone', z: 'gone' }, undefined],
  ];
  for (const [what, nodes, lost, expected] of cases) {
    test(what, () => {
      const refusal = refusalOf('public', nodes, losses(lost), SETTINGS);
      if (expected) assert.match(refusal ?? '', expected);
      else assert.equal(refusal, undefined);
      assert.equal(
        refusalOf('public', nodes, losses(lost), { ...SETTINGS, allowEmptyPools: true }),
        undefined,
      );
      assert.equal(refusalOf('edge', nodes, losses(lost), SETTINGS), undefined);
    });
  }

  test('whatever the order, and however many at once, no VIP is left without nodes', async () => {
    const states = fc.constantFrom<('active' | 'draining' | 'disabled')[]>('active', 'draining', 'disabled');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(states, fc.constantFrom('a', 'b')), { minLength: 1, maxLength: 12 }),
        fc.array(fc.tuple(fc.nat(11), fc.constantFrom<Loss[]>('gone', 'idle')), { maxLength: 20 }),
        fc.integer({ min: 0, max: 100 }),
        async (nodes, order, maxRemovedPercent) => {
          const before = pool(...nodes.map(([state]) => state)).map((node, i) => ({
            ...node,
            vip: nodes[i]![1],
          }));
          const guard = new Guard({ maxRemovedPercent, allowEmptyPools: false }, () =>
            Promise.resolve(before),
          );
          const done = new Map<string, Loss>();
          await Promise.all(
            order.map(async ([index, loss]) => {
              const id = `n${index + 1}`;
              await guard.lose('apply', id, loss).then(
                () => done.set(id, loss),
                () => undefined,
              );
            }),
          );
          for (const vip of ['a', 'b']) {
            const usable = before.filter((node) => node.vip === vip && node.usable);
            const left = usable.filter(({ id }) => !done.has(id));
            if (usable.length === 0) continue;
            assert.ok(left.length > 0);
            assert.ok((usable.length - left.length) / usable.length <= maxRemovedPercent / 100);
          }
        },
      ),
    );
  });

  test('a plan is refused once for each VIP; a plan and its apply are counted by themselves', async () => {
    let looks = 0;
    const guard = new Guard(SETTINGS, () => Promise.resolve((looks++, four)));
    const lose = (stage: 'plan' | 'apply', id: string) =>
      guard.lose(stage, id, 'gone').then(
        () => 'goes',
        () => 'refused',
      );
    const outcomes = async (stage: 'plan' | 'apply') => {
      const all: string[] = [];
      for (const { id } of four) all.push(await lose(stage, id));
      return all;
    };
    assert.deepEqual(await outcomes('plan'), ['goes', 'goes', 'refused', 'goes']);
    assert.deepEqual(await outcomes('apply'), ['goes', 'goes', 'refused', 'refused']);
    assert.equal(looks, 1);
  });
});
