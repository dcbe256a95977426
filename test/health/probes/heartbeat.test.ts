import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { heartbeatProbe } from '../../../src/health/probes/heartbeat.ts';
import type { Heartbeat } from '../../../src/health/sources.ts';
import { heartbeat } from '../endpoints.ts';

const NOW = 100_000;
const ask = (last: Heartbeat | undefined) =>
  heartbeatProbe({ heartbeats: { last: () => last }, now: () => NOW }).run(heartbeat(5000));

describe('what a heartbeat says, at a limit of 5000 ms', () => {
  for (const [state, age, expected] of [
    [undefined, 0, 'skipped'],
    ['serving', 0, 'ok'],
    ['serving', 5000, 'ok'],
    ['serving', 5001, 'timeout'],
    ['draining', 10, 'busy'],
    ['draining', 9000, 'timeout'],
    ['failing', 10, 'says-down'],
    // A node that said it was failing and then nothing more may have recovered: silence counts, slowly.
    ['failing', 9000, 'timeout'],
    // Who has left will not say so again.
    ['left', 10, 'says-down'],
    ['left', 900_000, 'says-down'],
  ] as const) {
    test(`${state ?? 'never one'}, ${age} ms ago: ${expected}`, async () => {
      const outcome = await ask(state && { at: NOW - age, state });
      assert.equal(outcome.kind === 'failure' ? outcome.reason : outcome.kind, expected);
    });
  }

  test("the node's own words are passed on", async () => {
    const outcome = await ask({ at: NOW, state: 'failing', why: 'worker 40001 died' });
    assert.equal(outcome.kind === 'failure' && outcome.why, 'worker 40001 died');
  });
});
