import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openFor, listAll, withDirectory } from './stores.ts';
import { stepsFor } from './fixtures/script.ts';

const ROOMS = 10_000;
/** Acknowledgements after which each round's child is killed: early, anywhere, and close to the end. */
const KILLED_AFTER = [1, 500, 3777, 8191, 12_000];

/** Steps acknowledged per room, by a child that was killed. */
async function crash(directory: string, prefix: string, after: number): Promise<Map<number, number>> {
  const writer = new URL('./fixtures/crash-writer.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', writer, directory, prefix, String(ROOMS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const done = new Map<number, number>();
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [, room, steps] = /^(\d+) (\d)$/.exec(line) ?? [];
    // The kill may cut a line short.
    if (room === undefined) continue;
    done.set(Number(room), Number(steps));
    if (++lines === after) child.kill('SIGKILL');
  }
  await closed;
  assert.equal(child.signalCode, 'SIGKILL', 'the child must not come to its end');
  return done;
}

/** Where the room is after so many of its steps; undefined where it has no claim. */
function nodeAfter(room: number, steps: number): string | undefined {
  const step = stepsFor(room)[steps - 1];
  return step === undefined || step.call === 'release' ? undefined : step.node;
}

test('kill -9 in the middle of 10,000 claims loses none that was acknowledged', async () => {
  await withDirectory(async (directory) => {
    const rounds = new Map<string, Map<number, number>>();
    for (const [round, after] of KILLED_AFTER.entries()) {
      rounds.set(`r${round}-`, await crash(directory, `r${round}-`, after));
      await openFor(`file:${directory}`, async (store) => {
        const perNode = new Map<string, number>();
        for (const [prefix, done] of rounds) {
          let unsure = 0;
          for (let i = 0; i < ROOMS; i++) {
            const steps = done.get(i) ?? 0;
            const node = (await store.claims.get(`${prefix}${i}`))?.node;
            if (node !== undefined) perNode.set(node, (perNode.get(node) ?? 0) + 1);
            if (node === nodeAfter(i, steps)) continue;
            // Only the one step that was under way when the child died may have been taken besides.
            assert.ok(steps < stepsFor(i).length, `room ${prefix}${i} lost step ${steps}`);
            assert.equal(node, nodeAfter(i, steps + 1), `room ${prefix}${i} after step ${steps}`);
            unsure++;
          }
          assert.ok(unsure <= 64, `${unsure} steps without an acknowledgement`);
        }
        assert.deepEqual([...store.claims.loads()].sort(), [...perNode].sort());
        assert.equal((await listAll(store, 1000)).length, store.claims.total());
      });
    }
  });
});
