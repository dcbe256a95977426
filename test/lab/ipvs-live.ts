/**
 * What operators do to an engine of a guest by the command line, while numbered packets go through it, and each
 * that finds no answer is counted. As traffic-contract.ts, but for the few that a slow guest can carry, and
 * with what is IPVS's own: entries of connections, which are there or cut. Tests are at the top level of the
 * file, since a guest tells of no others.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Topology } from '../../src/topology/model.ts';
import type { Fields } from '../targets/documents.ts';
import { BASE, CHANGES, NOWHERE, SPARE } from './changes.ts';
import { whoAnswered, type LabRequest } from './client.ts';
import type { EngineHarness } from './driver-contract.ts';
import { kindOf, nodeOf, type LiveLab } from './live-lab.ts';
import { during, faults, type Flow } from './traffic.ts';

/** What harnesses of guests have in common. */
export const GUEST = {
  skip: false,
  vip: {
    signalling: { port: 80, ports: '4000-4099' },
    // Shared signalling is TCP; twice the rules would take a guest twice the time.
    media: { protocols: ['udp'], ports: '40000-40999' },
  },
  patience: 15_000,
} as const satisfies Partial<EngineHarness>;

const CHANGED = 'sfu-2';
const ADDRESSES = ['10.0.0.2', 'fd00:1::2'];
const SINGLE = Object.keys(CHANGES).filter((what) => what !== 'all of it at once');

/** Registers the tests. */
export function testLive(harness: EngineHarness, started: () => LiveLab): void {
  const { name } = harness;
  let live: LiveLab;
  beforeEach(() => {
    live = started();
  });
  afterEach(() => live.traffic.close());

  const topologyOf = (what: string, drain = 'keep-flows'): Topology =>
    live.topology(CHANGES[what] ?? BASE, { media: { ...(harness.vip.media as Fields), drain } });
  const flowsOf = (topology: Topology, matches: (node: string) => boolean): Flow[] =>
    live.flows(topology).filter((flow) => matches(nodeOf(flow.name)));
  const isOther = (node: string) => node !== CHANGED;
  /** Connection entries of sfu-2, as the kernel has them. */
  const entries = async (): Promise<string[]> => {
    const all = await live.lab.check(live.lab.lb, 'ipvsadm', ['-Lnc']);
    return all
      .split('\n')
      .filter((line) => ADDRESSES.some((to) => line.includes(` ${to.includes(':') ? `[${to}]` : to}:`)));
  };

  test(`${name}: whatever changes about one node, no packet of the others is lost`, async (t) => {
    const base = topologyOf('base');
    await live.bringTo(base);
    const foreign = await live.engine.foreign();
    await live.traffic.open(flowsOf(base, isOther));
    // From one to the next, each of which is undone by that.
    for (const what of [...SINGLE, 'base']) {
      const reports = await during(live.traffic, () => live.bringTo(topologyOf(what)));
      assert.deepEqual(faults(reports.values(), nodeOf), [], what);
      const sent = [...reports.values()].reduce((sum, report) => sum + report.sent, 0);
      t.diagnostic(`${what}: ${sent} packets by now, none lost`);
    }
    assert.equal(await live.engine.foreign(), foreign, 'what others put there is not as it was');
  });

  test(`${name}: keep-flows: a draining node keeps its flows without a loss, and gets no new ones`, async () => {
    const base = topologyOf('base');
    await live.bringTo(base);
    const flows = flowsOf(base, (node) => !isOther(node));
    await live.traffic.open(flows);
    const drained = topologyOf('a node drains');
    const plan = await live.roomlb('plan', drained);
    assert.match(plan.out + plan.err, /to sfu-2.* that are there go on/);
    const reports = await during(live.traffic, () => live.bringTo(drained));
    assert.deepEqual(faults(reports.values(), nodeOf), []);
    const media = flows.filter((flow) => kindOf(flow.name) !== 'ws');
    const fresh = media.map(({ kind, address, port }): LabRequest => ({
      kind,
      address,
      port,
      patience: 15_000,
    }));
    const refused = fresh.map(() => '(ECONNREFUSED)');
    assert.deepEqual(whoAnswered(await live.client.ask(fresh)), refused);
  });

  test(`${name}: flush: a draining node loses its media flows at once, and no other does`, async () => {
    const base = topologyOf('base', 'flush');
    await live.bringTo(base);
    await live.traffic.open(flowsOf(base, isOther));
    const udp = flowsOf(base, (node) => !isOther(node))
      .filter((flow) => kindOf(flow.name) === 'udp')
      .map(({ name: keep, ...flow }): LabRequest => ({ ...flow, keep: `flush ${keep}`, patience: 15_000 }));
    assert.deepEqual(new Set(whoAnswered(await live.client.ask(udp))), new Set([CHANGED]));
    const before = (await entries()).filter((line) => line.startsWith('UDP'));
    // Flows of tests before may still be known, and are cut as well.
    assert.ok(before.length >= udp.length, before.join('\n'));
    const reports = await during(live.traffic, () => live.bringTo(topologyOf('a node drains', 'flush')));
    assert.deepEqual(faults(reports.values(), nodeOf), []);
    // Before any of their clients says another word.
    assert.deepEqual(
      (await entries()).filter((line) => line.startsWith('UDP')),
      [],
    );
    const refused = udp.map(() => '(ECONNREFUSED)');
    assert.deepEqual(whoAnswered(await live.client.ask(udp)), refused);
  });

  test(`${name}: flows of a port that is re-pointed are led to the new node at once`, async () => {
    const base = topologyOf('base');
    await live.bringTo(base);
    const udp = flowsOf(base, (node) => !isOther(node))
      .filter((flow) => kindOf(flow.name) === 'udp')
      .map(({ name: keep, ...flow }): LabRequest => ({ ...flow, keep: `moved ${keep}`, patience: 15_000 }));
    assert.deepEqual(new Set(whoAnswered(await live.client.ask(udp))), new Set([CHANGED]));
    await live.bringTo(topologyOf('a node is at another address'));
    assert.deepEqual(new Set(whoAnswered(await live.client.ask(udp))), new Set([SPARE]));
    await live.bringTo(base);
  });

  test(`${name}: what answers no more through the VIP is rolled back, and it is said`, async () => {
    const base = topologyOf('base');
    await live.bringTo(base);
    const before = (await live.engine.dump()).split('\n').sort();
    await live.traffic.open(flowsOf(base, isOther));
    const reports = await during(live.traffic, async () => {
      const outcome = await live.applyProbing(live.topology(NOWHERE), harness.patience ?? 2000);
      assert.equal(outcome.result, 'rolled-back');
      assert.match('why' in outcome ? outcome.why : '', /through the VIP, .* any more: .* 40002/);
    });
    assert.deepEqual(faults(reports.values(), nodeOf), []);
    assert.deepEqual((await live.engine.dump()).split('\n').sort(), before);
    await live.traffic.open(flowsOf(base, (node) => !isOther(node)));
  });
}
