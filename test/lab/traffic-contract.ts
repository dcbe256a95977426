/**
 * What operators do to a live balancer by the command line, while numbered packets go through it on every
 * endpoint of every node, and each that finds no answer is counted.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { BASE, CHANGES, SPARE } from './changes.ts';
import type { EngineHarness } from './driver-contract.ts';
import { kindOf, LiveLab, nodeOf } from './live-lab.ts';
import { during, faults, type FlowReport } from './traffic.ts';

export interface TrafficOptions {
  /**
   * UDP flows follow the rules at every apply, since nothing in the engine remembers them; and answers that are
   * on their way just then are lost. For engines of which neither is true: everything goes on.
   */
  readonly udpFollows?: true;
}

/** The node that these changes are about. Weights disturb nobody. */
const CHANGED = 'sfu-2';
const LEADS_AWAY = ['a node is removed', 'a node is disabled', 'a node is at another address'];
/** Packets of one flow that may be on their way at once: what nodes on a busy machine take to answer. */
const ON_THEIR_WAY = 10;

export function testTraffic(harness: EngineHarness, { udpFollows }: TrafficOptions = {}): void {
  /** No packet was lost, but for what was on its way while UDP flows were handed over. */
  const losses = (reports: readonly FlowReport[], applies: number): string[] => {
    const handedOver = ({ name, lost, sent }: FlowReport) =>
      udpFollows === true &&
      kindOf(name) === 'udp' &&
      lost.length <= applies * ON_THEIR_WAY &&
      !lost.includes(sent);
    return reports.flatMap((report) =>
      faults([handedOver(report) ? { ...report, lost: [] } : report], nodeOf),
    );
  };

  describe(`${harness.name}, with traffic going on`, { skip: harness.skip }, () => {
    let live: LiveLab;
    before(async () => {
      live = await LiveLab.start(harness);
      await live.bringTo(live.topology(BASE));
    });
    after(() => live.stop());
    afterEach(() => live.traffic.close());

    const { 'all of it at once': all, ...single } = CHANGES;
    for (const [what, nodes] of Object.entries(single)) {
      test(`${what}: after a dry run that changed nothing, no packet is lost there or back`, async () => {
        const [base, changed] = [live.topology(BASE), live.topology(nodes)];
        await live.traffic.open(live.flows(base));
        const [dump, foreign] = [await live.engine.dump(), await live.engine.foreign()];
        const dry = await live.roomlb('apply', changed, '--dry-run');
        assert.equal(dry.code, 0, dry.err);
        assert.equal(await live.engine.dump(), dump, 'a dry run changed the engine');

        const there = await during(live.traffic, () => live.bringTo(changed));
        const back = await during(live.traffic, () => live.bringTo(base));
        const followed = ({ name }: FlowReport) =>
          udpFollows === true &&
          LEADS_AWAY.includes(what) &&
          kindOf(name) === 'udp' &&
          nodeOf(name) === CHANGED;
        assert.deepEqual(
          losses(
            [...back.values()].filter((flow) => !followed(flow)),
            2,
          ),
          [],
        );
        for (const { lost, by } of [...there.values()].filter(followed)) {
          assert.ok(lost.length > 0 || (by[SPARE] ?? 0) > 0, 'flows go on that should have followed');
        }
        assert.equal(await live.engine.foreign(), foreign, 'what others put there is not as it was');
      });
    }

    test('all of it at once: no packet of the node that stays is lost', async () => {
      await live.traffic.open(live.flows(live.topology(BASE)));
      const reports = await during(live.traffic, () => live.bringTo(live.topology(all ?? [])));
      const stays = [...reports.values()].filter(({ name }) => nodeOf(name) === 'sfu-3');
      assert.ok(stays.length > 0);
      assert.deepEqual(losses(stays, 1), []);
    });
  });
}
