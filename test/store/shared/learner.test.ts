/** Answers and changes in every order in which they may be taken up: what is known, and what is told. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { AnyEvent } from '../../../src/events/events.ts';
import { ClaimView } from '../../../src/store/shared/claim-view.ts';
import { Learner } from '../../../src/store/shared/learner.ts';
import type { Change } from '../../../src/store/shared/remote.ts';
import { claimOn } from '../stores.ts';

/** A change of the room `r`; no node: its release. */
function change(seq: number, node: string | undefined, own = false): Change {
  return { room: 'r', seq, stamp: seq, claim: node === undefined ? undefined : claimOn(node), own };
}

function answer(seq: number, node: string | undefined, done = true) {
  return { done, seq, held: node === undefined ? undefined : { claim: claimOn(node), stamp: seq } };
}

function scene(heldOn?: string) {
  const view = new ClaimView();
  const told: string[] = [];
  const say = (event: AnyEvent) => {
    if (event.type === 'room.claimed') told.push(`claimed ${event.node}`);
    if (event.type === 'room.released') told.push(`released ${event.node}`);
    if (event.type === 'room.moved') told.push(`moved ${event.from} ${event.to}`);
  };
  const learner = new Learner(view, { emit: say });
  if (heldOn !== undefined) {
    learner.read(change(1, heldOn));
    learner.reached(1);
  }
  learner.startTelling();
  /** As whoever did something tells it: a little after the answer. */
  const own = async (what: string) => {
    await Promise.resolve();
    told.push(`own ${what}`);
    await setImmediate();
  };
  return { view, learner, told, own };
}

describe('what a replica learns of the others', () => {
  test('an older change that is read after a newer answer changes nothing', async () => {
    const { view, learner, told, own } = scene('a');
    learner.answered('r', answer(3, 'b'));
    learner.read(change(2, undefined));
    learner.reached(2);
    await own('claimed b');
    learner.read(change(3, 'b', true));
    learner.reached(3);
    assert.equal(view.held('r')?.node, 'b');
    learner.read(change(4, 'c'));
    await setImmediate();
    assert.deepEqual(told, ['own claimed b', 'moved b c']);
  });

  test('what came before an answer is told before who asked can tell', async () => {
    const { learner, told, own } = scene('a');
    learner.read(change(2, undefined));
    learner.reached(2);
    learner.answered('r', answer(3, 'b'));
    await own('claimed b');
    assert.deepEqual(told, ['released a', 'own claimed b']);
  });

  test('what came after it, and was read before, is told afterwards, and once', async () => {
    const { view, learner, told, own } = scene('a');
    learner.read(change(3, 'c'));
    learner.reached(3);
    learner.answered('r', answer(2, 'b'));
    await own('moved a b');
    assert.equal(view.held('r')?.node, 'c');
    assert.deepEqual(told, ['own moved a b', 'moved b c']);
  });

  test('a release of its own is not told as that of another, whichever is taken up first', async () => {
    for (const first of ['answer', 'change']) {
      const { learner, told, own } = scene('a');
      const over = learner.releasing('r');
      if (first === 'change') learner.read(change(2, undefined));
      learner.answered('r', answer(2, undefined));
      over(true);
      if (first === 'answer') learner.read(change(2, undefined));
      await own('released a');
      assert.deepEqual(told, ['own released a'], first);
    }
  });

  test('a release by another that came before its own is told', async () => {
    for (const first of ['answer', 'change']) {
      const { learner, told } = scene('a');
      const over = learner.releasing('r');
      if (first === 'change') learner.read(change(2, undefined));
      learner.answered('r', answer(2, undefined, false));
      over(false);
      if (first === 'answer') learner.read(change(2, undefined));
      await setImmediate();
      assert.deepEqual(told, ['released a'], first);
    }
  });

  test('whose claim was found instead of a free room is told once', async () => {
    const { learner, told } = scene();
    learner.answered('r', answer(5, 'b', false));
    learner.read(change(4, 'b'));
    learner.reached(4);
    await setImmediate();
    assert.deepEqual(told, ['claimed b']);
  });
});
