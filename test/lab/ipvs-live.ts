/**
 * Changes by `roomlb apply`, to an engine of a guest, while flows go on: every packet that finds no answer is
 * counted. For the drivers that own IPVS; registers its tests at the top level of a guest's file.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Balancer } from '../../src/targets/balancer.ts';
import { formatTopology } from '../../src/topology/format.ts';
import type { Topology } from '../../src/topology/model.ts';
import { roomlb } from '../cli/roomlb.ts';
import { cluster, type Fields } from '../targets/documents.ts';
import { startClient, tally, whoAnswered, type LabClient, type LabRequest, type Outcome } from './client.ts';
import { echoNodeConfig, startEchoNode } from './echo-node.ts';
import { createLab, type Lab } from './netns.ts';

/** Milliseconds: the guest is slow. */
const patience = 15_000;
const VIPS = { 4: '203.0.113.10', 6: '2001:db8::10' } as const;
const MEDIA = { protocols: ['udp', 'tcp'], ports: '40000-49999' };
/** It has sfu-2's ports. */
const SPARE: Fields = { id: 'sfu-4', addresses: ['10.0.0.4', 'fd00:1::4'], mediaPorts: '40002-40003' };

/** Node n has ports 40000 + 2(n - 1) and the next. */
export function liveTopology(nodes: readonly Fields[], drain = 'keep-flows'): Topology {
  return cluster({ signalling: { port: 80 }, media: { ...MEDIA, drain } }, nodes);
}

/** What is about sfu-2, and weights: nobody else notices. */
const CHANGES: Readonly<Record<string, readonly Fields[]>> = {
  'a node is added': [{}, {}, {}, { id: 'sfu-5' }],
  'a node is removed': [{}, { state: 'disabled' }, {}],
  'weights change': [{ weight: 50 }, {}, { weight: 7 }],
  'a node drains': [{}, { state: 'draining' }, {}],
  'a node is at another address': [{}, { addresses: SPARE.addresses }, {}],
};
export const BASE: readonly Fields[] = [{}, {}, {}];

export interface LiveScene {
  readonly lab: Lab;
  readonly client: LabClient;
  /** `roomlb COMMAND lb …`, for a topology. */
  command(command: string, topology: Topology, ...more: string[]): ReturnType<typeof roomlb>;
  /** The command's words, with the topology written to a file. */
  words(command: string, topology: Topology, ...more: string[]): Promise<string[]>;
  bringTo(topology: Topology): Promise<void>;
  table(): Promise<string>;
}

/** @param start starts the engine on the lab's balancer, and says how a topology declares it */
export function testLive(
  name: string,
  start: (lab: Lab) => Promise<Balancer>,
  more: (scene: () => LiveScene) => void,
): void {
  let scene: LiveScene;
  let round = 0;

  before(async () => {
    const everybody = liveTopology(BASE);
    const lab = await createLab(liveTopology([...BASE, { id: 'sfu-5' }, SPARE_PLACE]));
    for (const node of everybody.nodes) await startEchoNode(lab, echoNodeConfig(everybody, node));
    const second = everybody.nodes
      .filter(({ id }) => id === 'sfu-2')
      .map((n) => echoNodeConfig(everybody, n));
    for (const config of second) {
      await startEchoNode(lab, { ...config, node: 'sfu-4', addresses: ['10.0.0.4', 'fd00:1::4'] });
    }
    const balancer = await start(lab);
    const words = async (command: string, topology: Topology, ...args: string[]) => {
      const file = path.resolve(`${name}-topology.yaml`);
      await writeFile(file, formatTopology({ ...topology, balancers: [{ ...balancer, id: 'lb' }] }));
      const state = path.resolve(`${name}-state`);
      return [command, 'lb', '--topology', file, '--state-dir', state, ...args];
    };
    const command: LiveScene['command'] = async (what, topology, ...args) =>
      roomlb(...(await words(what, topology, ...args)));
    scene = {
      lab,
      client: await startClient(lab),
      words,
      command,
      async bringTo(topology) {
        const { code, err } = await command('apply', topology, '--yes', '--adopt', '--max-removed', '100%');
        assert.equal(code, 0, err);
      },
      table: () => lab.check(lab.lb, 'ipvsadm', ['-Sn']),
    };
  });
  after(() => scene.lab.close());

  /** A flow of one node that goes on through the test, by UDP and TCP, IPv4 and IPv6. */
  const flowsOf = (node: number): LabRequest[] =>
    (['udp', 'tcp'] as const).flatMap((kind) =>
      ([4, 6] as const).map((family) => ({
        kind,
        address: VIPS[family],
        port: 40000 + 2 * (node - 1),
        patience,
        keep: `${round} ${kind} ${family} ${node}`,
      })),
    );
  /** Asks on all of these flows without a pause while the work is done, and once more after it. */
  const during = async (flows: readonly LabRequest[], work: () => Promise<unknown>): Promise<Outcome[]> => {
    const { client } = scene;
    const outcomes: Outcome[] = [];
    const done = new AbortController();
    const talk = flows.map(async (flow) => {
      do outcomes.push(...(await client.ask([flow])));
      while (!done.signal.aborted);
    });
    await work().finally(() => done.abort());
    await Promise.all(talk);
    return [...outcomes, ...(await client.ask(flows))];
  };
  const entriesOf = async (node: string): Promise<string[]> => {
    const all = await scene.lab.check(scene.lab.lb, 'ipvsadm', ['-Lnc']);
    return all.split('\n').filter((line) => line.includes(` ${node}:`) || line.includes(` [${node}]:`));
  };

  test(`${name}: whatever changes about one node, no packet of the others is lost`, async (t) => {
    const base = liveTopology(BASE);
    await scene.bringTo(base);
    round++;
    const flows = [...flowsOf(1), ...flowsOf(3)];
    await scene.client.ask(flows);
    for (const [what, nodes] of Object.entries(CHANGES)) {
      const outcomes = await during(flows, async () => {
        await scene.bringTo(liveTopology(nodes));
        await scene.bringTo(base);
      });
      const counts = tally(outcomes);
      t.diagnostic(`${what}: ${JSON.stringify(counts)}`);
      assert.deepEqual(Object.keys(counts).sort(), ['sfu-1', 'sfu-3'], what);
      assert.ok(outcomes.length >= 2 * flows.length);
    }
  });

  test(`${name}: keep-flows: a draining node keeps its flows without a loss, and gets no new ones`, async () => {
    await scene.bringTo(liveTopology(BASE));
    round++;
    await scene.client.ask(flowsOf(2));
    const drained = liveTopology([{}, { state: 'draining' }, {}]);
    const plan = await scene.command('plan', drained);
    assert.match(plan.out + plan.err, /sfu-2.* that are there go on/);
    const outcomes = await during(flowsOf(2), () => scene.bringTo(drained));
    assert.deepEqual(Object.keys(tally(outcomes)), ['sfu-2']);
    const fresh = flowsOf(2).map((flow) => ({ ...flow, keep: `fresh ${flow.keep ?? ''}` }));
    assert.deepEqual(tally(await scene.client.ask(fresh)), { '(ECONNREFUSED)': 4 });
  });

  test(`${name}: flush: a draining node loses its flows at once, and no other does`, async () => {
    await scene.bringTo(liveTopology(BASE, 'flush'));
    round++;
    await scene.client.ask([...flowsOf(2), ...flowsOf(1)]);
    assert.equal((await entriesOf('10.0.0.2')).length + (await entriesOf('fd00:1::2')).length, 4);
    const drained = liveTopology([{}, { state: 'draining' }, {}], 'flush');
    const outcomes = await during(flowsOf(1), () => scene.bringTo(drained));
    assert.deepEqual(Object.keys(tally(outcomes)), ['sfu-1']);
    // Before any of their clients says another word.
    assert.deepEqual([...(await entriesOf('10.0.0.2')), ...(await entriesOf('fd00:1::2'))], []);
    const udp = flowsOf(2).filter(({ kind }) => kind === 'udp');
    assert.deepEqual(whoAnswered(await scene.client.ask(udp)), ['(ECONNREFUSED)', '(ECONNREFUSED)']);
  });

  test(`${name}: flows of a port that is re-pointed are led to the new node at once`, async () => {
    await scene.bringTo(liveTopology(BASE));
    round++;
    const udp = flowsOf(2).filter(({ kind }) => kind === 'udp');
    assert.deepEqual(whoAnswered(await scene.client.ask(udp)), ['sfu-2', 'sfu-2']);
    await scene.bringTo(liveTopology([{}, { addresses: SPARE.addresses }, {}]));
    assert.deepEqual(whoAnswered(await scene.client.ask(udp)), ['sfu-4', 'sfu-4']);
  });

  more(() => scene);
}

/** A place for the spare: it runs with sfu-2's ports, whatever this says. */
const SPARE_PLACE: Fields = { id: 'sfu-4', addresses: SPARE.addresses, mediaPorts: '40020-40021' };
