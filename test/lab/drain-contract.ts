/**
 * What becomes of a draining node's flows, by policy, seen with numbered packets: media by UDP and WebSocket, as
 * far as the engine carries them, and signalling by WebSocket.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BASE, CHANGES, NEW } from './changes.ts';
import { whoAnswered, type LabRequest } from './client.ts';
import type { EngineHarness } from './driver-contract.ts';
import { LiveLab, nodeOf } from './live-lab.ts';
import { during, faults, type Flow, type FlowReport } from './traffic.ts';

const DRAINED = 'sfu-2';
/** Seconds. */
const LIMIT = 1;

export function testDraining(harness: EngineHarness): void {
  const media = (drain: string) => ({ media: { ...(harness.vip.media as object), drain } });

  describe(`${harness.name}, draining`, { skip: harness.skip }, () => {
    let live: LiveLab;
    before(async () => {
      live = await LiveLab.start(harness, { webSockets: true });
    });
    after(() => live.stop());
    afterEach(async () => {
      live.declared = {};
      await live.traffic.close();
    });

    const base = (drain: string) => live.topology(BASE, media(drain));
    const draining = (drain: string) => live.topology(CHANGES['a node drains'] ?? [], media(drain));
    /** By their ports: media has those from 40000 on. */
    const isMedia = ({ port }: Flow) => port >= 40_000;
    /** Starts traffic to every endpoint, and says which flows are the draining node's media. */
    const open = async (): Promise<(report: FlowReport) => boolean> => {
      const flows = live.flows(base('keep-flows'));
      await live.traffic.open(flows);
      const drained = flows.filter((flow) => isMedia(flow) && nodeOf(flow.name) === DRAINED);
      assert.ok(drained.length >= 4 && drained.some(({ kind }) => kind === 'ws'));
      const names = new Set(drained.map(({ name }) => name));
      return ({ name }) => names.has(name);
    };
    /** Nobody who asks anew gets there, unless by a signalling URL that names it. */
    const takesNothingNew = async () => {
      const ports = live
        .flows(base('keep-flows'))
        .filter((flow) => isMedia(flow) && nodeOf(flow.name) === DRAINED);
      const shared = live.client.ask(
        Array.from({ length: 12 }, (): LabRequest => {
          const { port } = harness.vip.signalling as { port: number };
          return { kind: 'ws', address: '203.0.113.10', port };
        }),
      );
      assert.ok(!whoAnswered(await shared).some((who) => who === DRAINED || who.startsWith('(')));
      const answers = await live.client.ask(
        ports.map(({ kind, address, port }) => ({ kind, address, port, patience: 500 })),
      );
      assert.deepEqual(answers.filter(({ answer }) => answer).length, 0, 'a new flow got to it');
    };
    /** Every flow that shall be cut is, at once, and no other has lost a packet. */
    const isCut = async (isDrained: (report: FlowReport) => boolean, work: () => Promise<void>) => {
      await during(live.traffic, work);
      const cut = [...(await live.traffic.report()).values()];
      // A while later: whatever was sent since is lost, since nobody has it any more.
      await sleep(200);
      const later = await live.traffic.report();
      assert.deepEqual(
        faults(
          [...later.values()].filter((flow) => !isDrained(flow)),
          nodeOf,
        ),
        [],
      );
      for (const { name, by, ended, sent } of cut.filter(isDrained)) {
        const now = later.get(name);
        assert.deepEqual(now?.by, by, `${name} goes on`);
        if (name.includes(' ws ')) assert.notEqual(ended, null, `${name} is still connected`);
        else assert.ok(now.sent > sent && now.lost.includes(now.sent), `${name} was not tried`);
      }
    };

    test('keep-flows: flows that are there go on without a loss, and no new one comes', async () => {
      await live.bringTo(base('keep-flows'));
      await open();
      const reports = await during(live.traffic, async () => {
        await live.bringTo(draining('keep-flows'));
        await takesNothingNew();
      });
      assert.deepEqual(faults(reports.values(), nodeOf), []);
    });

    test('keep-flows, until the limit: then they are cut, and no other', async () => {
      await live.bringTo(base('keep-flows'));
      const isDrained = await open();
      await live.bringTo(draining('keep-flows'));
      // Since when it drains is remembered, whatever the limit is by then.
      live.declared = { drainLimit: LIMIT };
      await isCut(isDrained, async () => {
        await sleep(LIMIT * 1000);
        await live.bringTo(draining('keep-flows'));
      });
      await takesNothingNew();
    });

    test('flush: flows are cut at once, also those that an earlier change left with an old process', async () => {
      await live.bringTo(base('flush'));
      const isDrained = await open();
      await live.bringTo(live.topology([...BASE, NEW], media('flush')));
      await live.bringTo(base('flush'));
      assert.deepEqual(faults((await live.traffic.report()).values(), nodeOf), []);
      await isCut(isDrained, () => live.bringTo(draining('flush')));
      await takesNothingNew();
    });

    test('a node that drains no more takes flows again', async () => {
      await live.bringTo(draining('flush'));
      await live.bringTo(base('flush'));
      await open();
      assert.deepEqual(faults((await live.traffic.report()).values(), nodeOf), []);
    });
  });
}
