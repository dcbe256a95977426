import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ClaimView, MAX_RELEASES, type Pending } from '../../../src/store/shared/claim-view.ts';
import { claimOn } from '../stores.ts';

const room = fc.constantFrom('a', 'b', 'c');
const node = fc.option(fc.constantFrom('sfu-1', 'sfu-2'), { nil: undefined });
const step = fc.record({ what: fc.constantFrom('learn', 'assume', 'confirm', 'note', 'bring'), room, node });

/** Three layers by room; the topmost that has a word counts. */
class Model {
  readonly known = new Map<string, string | undefined>();
  readonly noted = new Map<string, string | undefined>();
  readonly assumed = new Map<string, string | undefined>();

  private readonly bases = new Map<string, string | undefined>();

  /** What was released again, and was not there before, was nothing. */
  note(name: string, on: string | undefined): void {
    if (!this.noted.has(name)) this.bases.set(name, this.known.get(name));
    if (on === undefined && this.bases.get(name) === undefined) this.noted.delete(name);
    else this.noted.set(name, on);
  }

  held(name: string): string | undefined {
    return this.noted.has(name) ? this.noted.get(name) : this.known.get(name);
  }

  loads(): Map<string, number> {
    const loads = new Map<string, number>();
    for (const name of ['a', 'b', 'c']) {
      const on = this.assumed.has(name) ? this.assumed.get(name) : this.held(name);
      if (on !== undefined) loads.set(on, (loads.get(on) ?? 0) + 1);
    }
    return loads;
  }
}

test('whatever is learned, assumed and noted, each room counts once, by the word that counts', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const [view, model] = [new ClaimView(), new Model()];
      const confirm = new Map<string, () => void>();
      for (const [stamp, { what, room: name, node: on }] of steps.entries()) {
        const claim = on === undefined ? undefined : claimOn(on);
        if (what === 'learn') {
          view.learn({ room: name, claim, stamp: stamp + 1 });
          model.known.set(name, on);
        } else if (what === 'assume') {
          confirm.set(name, view.assume(name, claim));
          model.assumed.set(name, on);
        } else if (what === 'confirm') {
          confirm.get(name)?.();
          model.assumed.delete(name);
        } else if (what === 'note') {
          view.note(name, claim);
          model.note(name, on);
        } else {
          const change: Pending | undefined = view.pending.get(name);
          if (change) {
            view.learn({ room: name, claim: change.claim, stamp: stamp + 1 });
            view.done(change);
            model.known.set(name, change.claim?.node);
          }
          model.noted.delete(name);
        }
        assert.deepEqual(new Map(view.table.loads), model.loads());
        assert.equal(view.held(name)?.node, model.held(name));
      }
    }),
  );
});

test('a claim that was made and released while the store was away leaves nothing to bring to it', () => {
  const view = new ClaimView();
  view.note('standup', claimOn('sfu-1'));
  view.note('standup', undefined);
  assert.equal(view.pending.size, 0);
  view.learn({ room: 'retro', claim: claimOn('sfu-1'), stamp: 1 });
  view.note('retro', undefined);
  view.note('retro', claimOn('sfu-2'));
  assert.deepEqual([...view.pending.values()], [{ room: 'retro', base: 'sfu-1', claim: claimOn('sfu-2') }]);
});

test('a change that was followed by another one of that room meanwhile is not done', () => {
  const view = new ClaimView();
  view.note('standup', claimOn('sfu-1'));
  const brought = view.pending.get('standup')!;
  view.note('standup', claimOn('sfu-2'));
  view.done(brought);
  assert.equal(view.pending.get('standup')?.claim?.node, 'sfu-2');
});

test('releases are kept in mind up to a number, the latest ones', () => {
  const view = new ClaimView();
  for (let i = 0; i < MAX_RELEASES + 5; i++) view.learn({ room: `r-${i}`, claim: undefined, stamp: i + 1 });
  assert.equal([...view.knowledge()].length, MAX_RELEASES);
  assert.deepEqual([view.released('r-4'), view.released('r-5')], [false, true]);
});
