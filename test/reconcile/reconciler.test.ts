import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Intent } from '../../src/intent/model.ts';
import { LeaseError } from '../../src/reconcile/fence.ts';
import { Memory } from '../../src/reconcile/memory.ts';
import { Reconciler, type ReconcilerOptions } from '../../src/reconcile/reconciler.ts';
import { cluster, intentOf } from '../targets/documents.ts';
import { failure, toyDriver, ToyEngine } from './toy-engine.ts';

let folder: string;
let engine: ToyEngine;
let reconciler: Reconciler;
let now = 0;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'roomlb-reconciler-'));
  engine = new ToyEngine();
  reconciler = reconcilerWith();
});
afterEach(() => rm(folder, { recursive: true }));

function reconcilerWith(options: Partial<ReconcilerOptions> = {}, stateVersion = 1): Reconciler {
  return new Reconciler({
    balancer: { id: 'lb', vips: null, services: 'all', maxRemoved: 0.5, drainLimit: null },
    driver: toyDriver(engine),
    memory: new Memory(path.join(folder, 'lb'), 'toy', stateVersion),
    lockFile: path.join(folder, 'lock'),
    now: () => new Date(now++),
    ...options,
  });
}

/** Nodes sfu-1, sfu-2… with these weights. */
function intentWith(...weights: number[]): Intent {
  return intentOf(
    cluster(
      { signalling: { port: 80 } },
      weights.map((weight) => ({ weight })),
    ),
  );
}
const A = intentWith(1, 1);
const B = intentWith(2, 2);
const C = intentWith(3, 3, 3);
const members = (...weights: number[]) =>
  Object.fromEntries(weights.map((weight, i) => [`sfu-${i + 1}`, weight]));

async function results(): Promise<string[]> {
  return (await reconciler.memory.history()).map(({ what, result }) => `${what} ${result}`);
}

describe('applying', () => {
  test('brings the engine to what is wanted, once', async () => {
    const first = await reconciler.apply(A);
    assert.equal(first.result, 'applied');
    assert.deepEqual(engine.members, members(1, 1));
    const { steps } = engine;
    assert.equal((await reconciler.apply(A)).result, 'unchanged');
    assert.equal(engine.steps, steps);
    assert.deepEqual(await results(), ['apply applied']);
  });

  test('a preview changes nothing: not the engine, not a file', async () => {
    const { plan, id, drift } = await reconciler.preview(A);
    assert.deepEqual(
      plan.steps.map(({ text }) => text),
      ['set sfu-1 1', 'set sfu-2 1'],
    );
    assert.equal(drift, false);
    assert.deepEqual(engine.members, {});
    assert.deepEqual(await readdir(folder), []);
    assert.equal((await reconciler.apply(A, { plan: id })).result, 'applied');
  });

  test('what a guard refuses is not begun, and the history says why', async () => {
    await reconciler.apply(C);
    const outcome = await reconciler.apply(intentWith(3));
    assert.equal(outcome.result, 'refused');
    assert.match(outcome.why, /^2 of the 3 members of v\/signalling would be removed.*--max-removed/);
    assert.deepEqual(engine.members, members(3, 3, 3));
    assert.deepEqual(await results(), ['apply refused', 'apply applied']);
    assert.equal((await reconciler.apply(intentWith(3), { maxRemoved: 1 })).result, 'applied');
  });

  test('a plan that was looked at is not executed once the engine has changed', async () => {
    const { id } = await reconciler.preview(A);
    engine.members['sfu-1'] = 1;
    const outcome = await reconciler.apply(A, { plan: id });
    assert.equal(outcome.result, 'refused');
    assert.match(outcome.why, /the plan is [0-9a-f]{16} by now, not/);
  });

  test('somebody else’s engine is left alone unless it is to be adopted', async () => {
    engine.owner = 'somebody';
    assert.equal((await reconciler.apply(A)).result, 'refused');
    assert.deepEqual(engine.members, {});
    assert.equal((await reconciler.apply(A, { adopt: true })).result, 'applied');
  });

  test('an engine that settles late is told again', async () => {
    engine.stubborn.add('sfu-1');
    const outcome = reconciler.apply(A, {
      onStep: (text) => text === 'set sfu-1 1' && engine.steps > 1 && engine.stubborn.clear(),
    });
    assert.equal((await outcome).result, 'applied');
    assert.deepEqual(engine.members, members(1, 1));
  });

  test('two at a time are one after the other', async () => {
    const outcomes = await Promise.all([reconciler.apply(A), reconciler.apply(A), reconcilerWith().apply(A)]);
    assert.deepEqual(outcomes.map(({ result }) => result).sort(), ['applied', 'unchanged', 'unchanged']);
  });

  test('told to stop, it stops between two steps, and the next run goes on', async () => {
    const stop = new AbortController();
    const reason = new Error('stopped');
    const applying = reconciler.apply(C, {
      signal: stop.signal,
      onStep: () => engine.steps === 1 && stop.abort(reason),
    });
    await assert.rejects(applying, reason);
    assert.equal(Object.keys(engine.members).length, 2);
    assert.equal((await reconciler.apply(C)).result, 'applied');
    assert.deepEqual(await results(), ['apply applied', 'apply interrupted']);
  });
});

describe('when an apply fails', () => {
  test('the engine goes back to the last good state, and it is said why', async () => {
    await reconciler.apply(A);
    const failing = engine.steps + 2;
    engine.failAt = (step) => (step === failing ? failure('no such weight') : undefined);
    const outcome = await reconciler.apply(B);
    assert.deepEqual([outcome.result, 'why' in outcome && outcome.why], ['rolled-back', 'no such weight']);
    assert.deepEqual(engine.members, members(1, 1));
    assert.deepEqual(await results(), ['apply rolled-back', 'apply applied']);
  });

  test('the engine’s own refusal has changed nothing, so nothing is undone', async () => {
    await reconciler.apply(A);
    const { reads } = engine;
    engine.failAt = () => failure('syntax error', 'refused');
    const outcome = await reconciler.apply(B);
    assert.deepEqual([outcome.result, 'why' in outcome && outcome.why], ['refused', 'syntax error']);
    assert.equal(engine.reads, reads + 1);
  });

  test('what is not there to be asked, with nothing changed yet, is no failed change; later it is', async () => {
    await reconciler.apply(A);
    const done = engine.steps;
    engine.failAt = (step) => (step === done + 1 ? failure('no such program', 'unreachable') : undefined);
    await assert.rejects(reconciler.apply(B), { kind: 'unreachable', message: 'no such program' });
    assert.deepEqual(engine.members, members(1, 1));
    const { steps } = engine;
    engine.failAt = (step) => (step === steps + 2 ? failure('gone', 'unreachable') : undefined);
    assert.equal((await reconciler.apply(B)).result, 'rolled-back');
    assert.deepEqual(engine.members, members(1, 1));
    assert.deepEqual(await results(), ['apply rolled-back', 'apply applied']);
  });

  test('before anything was good, it goes back to what was there', async () => {
    engine.members = { 'sfu-1': 9 };
    const outcome = await reconcilerWith().apply(A, {
      onStep: () => (engine.failAt = (step) => (step === 2 ? failure() : undefined)),
    });
    assert.equal(outcome.result, 'rolled-back');
    assert.deepEqual(engine.members, { 'sfu-1': 9 });
  });

  test('what is read back otherwise than it was told is a failure', async () => {
    await reconciler.apply(A);
    engine.stubborn.add('sfu-2');
    const outcome = await reconciler.apply(B);
    assert.equal(outcome.result, 'rolled-back');
    assert.match(outcome.why, /read back after 3 times, the engine still differs: set sfu-2 2/);
    assert.deepEqual(engine.members, members(1, 1));
  });

  test('a way back that fails too is told of with both reasons', async () => {
    await reconciler.apply(A);
    engine.failAt = (step) => failure(`step ${step}`);
    engine.members = members(7, 7);
    const outcome = await reconciler.apply(B);
    assert.equal(outcome.result, 'failed');
    assert.equal(outcome.why, 'step 3; and on the way back: step 4');
  });

  test('a fault of the driver is undone like any other failure', async () => {
    await reconciler.apply(A);
    engine.failAt = (step) => (step === 4 ? new TypeError('undefined is not a function') : undefined);
    assert.equal((await reconciler.apply(B)).result, 'rolled-back');
    assert.deepEqual(engine.members, members(1, 1));
  });
});

describe('the probe through the VIP', () => {
  const probing = (probe: (intent: Intent) => object) =>
    reconcilerWith({
      probe: (intent) => Promise.resolve(new Map<string, boolean>(Object.entries(probe(intent)))),
    });

  test('undoes what broke an endpoint that had worked', async () => {
    await reconciler.apply(A);
    const outcome = await probing(() => ({ a: true, b: engine.members['sfu-1'] === 1 })).apply(B);
    assert.equal(outcome.result, 'rolled-back');
    assert.match(outcome.why, /does not any more: b$/);
    assert.deepEqual(engine.members, members(1, 1));
  });

  test('blames nothing on a change that was broken before, is new, or is gone', async () => {
    await reconciler.apply(A);
    const outcome = await probing(() =>
      engine.members['sfu-1'] === 1 ? { broken: false, gone: true } : { broken: false, fresh: false },
    ).apply(B);
    assert.equal(outcome.result, 'applied');
  });
});

describe('drift', () => {
  test('is what differs from what was applied, not what is newly wanted', async () => {
    await reconciler.apply(A);
    engine.members['sfu-1'] = 9;
    assert.equal((await reconciler.preview(A)).drift, true);
    assert.equal((await reconciler.preview(B)).drift, false);
    assert.equal((await reconciler.apply(A)).result, 'applied');
    assert.deepEqual(await results(), ['repair applied', 'apply applied']);
  });
});

describe('rolling back', () => {
  test('goes from one good state to the one before, and on', async () => {
    for (const intent of [A, B, C]) await reconciler.apply(intent);
    assert.equal((await reconciler.rollback())?.result, 'applied');
    assert.deepEqual(engine.members, members(2, 2));
    assert.equal((await reconciler.rollback())?.result, 'applied');
    assert.deepEqual(engine.members, members(1, 1));
    assert.equal(await reconciler.rollback(), undefined);
    assert.deepEqual((await results()).slice(0, 2), ['rollback applied', 'rollback applied']);
  });

  test('mends an engine that is not in its last good state before it goes further', async () => {
    await reconciler.apply(A);
    await reconciler.apply(B);
    engine.members['sfu-1'] = 9;
    await reconciler.rollback();
    assert.deepEqual(engine.members, members(2, 2));
  });

  test('goes to a revision by name', async () => {
    for (const intent of [A, B, C]) await reconciler.apply(intent);
    await reconciler.rollback({ revision: A.revision });
    assert.deepEqual(engine.members, members(1, 1));
    assert.equal(await reconciler.rollback({ revision: 'ffffffffffffffff' }), undefined);
  });

  test('is guarded like any other change', async () => {
    await reconciler.apply(intentWith(1));
    await reconciler.apply(C);
    assert.equal((await reconciler.rollback())?.result, 'refused');
    assert.equal((await reconciler.rollback({ maxRemoved: 1 }))?.result, 'applied');
  });

  test('holds back from the loop what was gone back from, until a person applies it', async () => {
    await reconciler.apply(A);
    await reconciler.apply(B);
    await reconciler.rollback();
    const held = await reconciler.apply(B, { unattended: true });
    assert.equal(held.result, 'refused');
    assert.match(held.why, /was rolled back/);
    assert.equal((await reconciler.apply(C, { unattended: true })).result, 'applied');
    assert.equal((await reconciler.apply(B)).result, 'applied');
    await reconciler.apply(A);
    assert.equal((await reconciler.apply(B, { unattended: true })).result, 'applied');
  });
});

describe('what is remembered', () => {
  test('is bounded: ten states, two hundred entries', async () => {
    const { memory } = reconciler;
    for (let i = 1; i <= 15; i++) await memory.addGood(`r${i}`, new Date(i), { i });
    assert.deepEqual(
      (await memory.recall()).good.map(({ revision }) => revision),
      Array.from({ length: 10 }, (_, i) => `r${15 - i}`),
    );
    const states = (await readdir(memory.folder)).filter((name) => name.startsWith('good-'));
    assert.equal(states.length, 10);
    const entry = {
      at: '',
      took: 0,
      what: 'apply',
      result: 'applied',
      revision: '',
      plan: null,
      counts: null,
      why: null,
    } as const;
    for (let i = 0; i < 205; i++) await memory.log({ ...entry, took: i });
    const history = await memory.history();
    assert.deepEqual([history.length, history[0]?.took], [200, 204]);
  });

  test('survives the process, but not a driver that understands it no more', async () => {
    await reconciler.apply(A);
    await reconciler.apply(B);
    await reconcilerWith().rollback();
    assert.deepEqual(engine.members, members(1, 1));
    assert.equal(await reconcilerWith({}, 2).rollback(), undefined);
    assert.equal((await reconcilerWith({}, 2).apply(B)).result, 'applied');
  });

  test('is as good as nothing where its files are no JSON, or a state is not what it was', async () => {
    await reconciler.apply(A);
    await reconciler.apply(B);
    const { memory } = reconciler;
    const [, older] = (await memory.recall()).good;
    await writeFile(path.join(memory.folder, `good-${older!.hash}.json`), '{"state":{"sfu-1":255}}');
    assert.equal(await reconciler.rollback(), undefined);
    await writeFile(path.join(memory.folder, 'state.json'), '{');
    await writeFile(path.join(memory.folder, 'history.json'), '');
    assert.deepEqual(await memory.history(), []);
    assert.equal((await reconciler.apply(A)).result, 'applied');
  });

  test('of draining nodes is since when, and the limit cuts them', async () => {
    const draining = intentOf(cluster({ signalling: { port: 80 } }, [{ state: 'draining' }, {}]));
    await reconciler.apply(draining);
    assert.deepEqual(Object.keys((await reconciler.memory.recall()).drainingSince), ['sfu-1']);
    await reconciler.apply(A);
    assert.deepEqual((await reconciler.memory.recall()).drainingSince, {});
  });
});

test('nothing is changed without the right to, nor with one that is late', async () => {
  const refused = reconcilerWith({ fence: () => Promise.reject(new LeaseError('replica b changes it')) });
  await assert.rejects(refused.apply(intentWith(1)), { name: 'LeaseError', message: 'replica b changes it' });
  const withToken = (token: number) =>
    reconcilerWith({ fence: () => Promise.resolve({ token, signal: new AbortController().signal }) });
  assert.equal((await withToken(7).apply(intentWith(1))).result, 'applied');
  await assert.rejects(withToken(6).apply(intentWith(2)), { name: 'LeaseError', message: /token 6 is late/ });
  assert.equal((await withToken(7).apply(intentWith(2))).result, 'applied');
});

test('an apply whose right is lost in the middle stops there', async () => {
  const lost = new AbortController();
  lost.abort(new LeaseError('the lease was lost'));
  const late = reconcilerWith({ fence: () => Promise.resolve({ token: 1, signal: lost.signal }) });
  await assert.rejects(late.apply(intentWith(2)), { name: 'LeaseError' });
});
