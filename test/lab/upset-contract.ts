/**
 * What goes wrong at three in the morning, with a live engine, the command line as a process of its own, and
 * traffic: what the engine refuses, what is killed in the middle, what does not hold.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Fields } from '../targets/documents.ts';
import { BASE, CHANGES, NOWHERE } from './changes.ts';
import type { EngineHarness } from './driver-contract.ts';
import { kindOf, LiveLab, nodeOf } from './live-lab.ts';
import { faults } from './traffic.ts';
import { ended, makeWrapper, Wrappers } from './wrapper.ts';
import { PROGRAM } from '../cli/program.ts';

export interface UpsetOptions {
  /** Programs of the balancer, by their option, that are wrapped: with the arguments that change something. */
  readonly wraps: Readonly<Record<string, string>>;
  /** Where `roomlb apply` is killed: at that call of a wrapped program, or when it says so, on the way to a change. */
  readonly kills: readonly { readonly change: string; readonly at: number | RegExp }[];
  /** What a VIP says that the engine's own check refuses; or a piece of shell that spoils what it is given. */
  readonly broken: Fields | string;
  /** A piece of shell by which what was applied does not hold. */
  readonly harm: (live: LiveLab) => Promise<string>;
  /** What harm left behind is cleared away. */
  readonly heal?: (live: LiveLab) => Promise<void>;
  /** UDP flows are not kept by the engine. */
  readonly udpFollows?: true;
}

export function testUpsets(harness: EngineHarness, options: UpsetOptions): void {
  describe(`${harness.name}, when things go wrong`, { skip: harness.skip }, () => {
    let live: LiveLab;
    let wrappers: Wrappers;
    before(async () => {
      live = await LiveLab.start(harness);
      const { balancer } = live.engine;
      const wrapped = await Promise.all(
        Object.entries(options.wraps).map(async ([option, minds]) => {
          const program = String(Reflect.get(balancer, option));
          return [option, await makeWrapper({ folder: live.folder, name: option, program, minds })];
        }),
      );
      live.declared = Object.fromEntries(wrapped) as LiveLab['declared'];
      wrappers = new Wrappers(live.folder);
      await live.bringTo(live.topology(BASE));
    });
    after(() => live.stop());
    afterEach(() => live.traffic.close());

    /** Of flows that nothing was to happen to. */
    const unharmed = async () => {
      const flows = [...(await live.traffic.report()).values()].filter(
        ({ name }) => nodeOf(name) !== 'sfu-2' && !(options.udpFollows && kindOf(name) === 'udp'),
      );
      assert.ok(flows.length > 0);
      assert.deepEqual(faults(flows, nodeOf), []);
    };

    test('what the engine’s own check refuses is not begun', async () => {
      const { broken } = options;
      await live.bringTo(live.topology(BASE));
      const dump = await live.engine.dump();
      const changed = live.topology(
        CHANGES['a node is added'] ?? [],
        typeof broken === 'string' ? {} : broken,
      );
      const apply = () => live.roomlb('apply', changed, '--yes');
      const { code, err } = await (typeof broken === 'string' ? wrappers.harming(broken, apply) : apply());
      assert.deepEqual([code, err.includes('refused, nothing was changed')], [1, true], err);
      assert.equal(await live.engine.dump(), dump);
    });

    for (const { change, at } of options.kills) {
      test(`kill -9 of apply at ${String(at)} on the way (${change}): the next one gets there`, async () => {
        const [base, changed] = [BASE, CHANGES[change] ?? []].map((nodes) => live.topology(nodes));
        if (!base || !changed) throw new Error('no such change');
        await live.bringTo(base);
        await live.traffic.open(live.flows(base));
        const foreign = await live.engine.foreign();
        await killed(await live.words('apply', changed, '--yes'), at);
        await live.bringTo(changed);
        await unharmed();
        assert.equal(await live.engine.foreign(), foreign, 'what others put there is not as it was');
        await live.traffic.close();
        const active = { ...changed, nodes: changed.nodes.filter(({ state }) => state === 'active') };
        await live.traffic.open(live.flows(active));
      });
    }

    /** Starts the command line, and kills it there; what it had started is killed as well, every other time. */
    let round = 0;
    const killed = async (words: readonly string[], at: number | RegExp): Promise<void> => {
      const done = new AbortController();
      const hanging = typeof at === 'number' ? wrappers.hangAt(at, done.signal) : undefined;
      const child = spawn(process.execPath, [...PROGRAM, ...words], { stdio: 'pipe' });
      child.stdout.resume();
      // Not until its pipes are closed: others may still have them.
      const closed = once(child, 'exit').then(() => done.abort());
      const said: string[] = [];
      createInterface(child.stderr).on('line', (line) => {
        said.push(line);
        if (typeof at !== 'number' && at.test(line)) child.kill('SIGKILL');
      });
      const orphan = await hanging;
      if (typeof at === 'number') assert.notEqual(orphan, undefined, `it ended before: ${said.join('\n')}`);
      child.kill('SIGKILL');
      if (orphan !== undefined) {
        if (round++ % 2 === 0) process.kill(orphan, 'SIGKILL');
        await wrappers.release();
        await ended(orphan);
      }
      await closed;
      child.stdout.destroy();
      child.stderr.destroy();
      assert.equal(child.signalCode, 'SIGKILL', said.join('\n'));
    };

    test('killed and started again, the engine is brought back', async () => {
      const base = live.topology(BASE);
      await live.bringTo(base);
      await live.engine.restart();
      await live.bringTo(base);
      await live.traffic.open(live.flows(base));
      await unharmed();
    });

    test('what does not hold is rolled back to the last good state, and it is said', async () => {
      const [base, changed] = [live.topology(BASE), live.topology(CHANGES['a weight changes'] ?? [])];
      await live.bringTo(base);
      await live.traffic.open(live.flows(base));
      const parts = await live.parts();
      const shell = await options.harm(live);
      const { code, err } = await wrappers.harming(shell, () => live.roomlb('apply', changed, '--yes'));
      assert.deepEqual([code, err.includes('failed, and rolled back')], [1, true], err);
      await options.heal?.(live);
      // nginx may have yet to load what is back in its file, which is noted beside it.
      const now = new Set(await live.parts());
      assert.deepEqual(
        parts.filter((part) => !now.has(part)),
        [],
        'the engine is not as it was',
      );
      await live.bringTo(base);
      await unharmed();
    });

    test('what answers no more through the VIP is rolled back, and it is said', async () => {
      const base = live.topology(BASE);
      const wrong = live.topology(NOWHERE);
      await live.bringTo(base);
      await live.traffic.open(live.flows(base));
      const outcome = await live.applyProbing(wrong, 700);
      assert.equal(outcome.result, 'rolled-back');
      assert.match('why' in outcome ? outcome.why : '', /through the VIP, .* any more: .* 40002/);
      const again = await live.roomlb('apply', base, '--yes', '--json');
      assert.equal(again.json().result, 'unchanged');
      await unharmed();
      await live.traffic.close();
      await live.traffic.open(live.flows(base));
    });
  });
}
