/**
 * An engine that is kept as wanted by processes of RoomLB's own: a dispatcher (`roomlb serve`), and either an agent
 * (`roomlb sync`) on the balancer's host or the dispatcher itself (`--apply`). Changes come by REST, everything
 * that clients notice is seen by packets, and these processes are killed. One story, told test by test.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { HistoryEntry } from '../../src/reconcile/memory.ts';
import type { BalancerStatus } from '../../src/service/balancer-board.ts';
import type { Balancer } from '../../src/targets/balancer.ts';
import { formatTopology } from '../../src/topology/format.ts';
import { topologyOf, type Fields } from '../targets/documents.ts';
import { startApiClient, until, type Ask } from './api-client.ts';
import { BASE, NOWHERE, placed, SPARE, SPARE_ADDRESSES } from './changes.ts';
import { whoAnswered, type LabRequest } from './client.ts';
import type { EngineHarness } from './driver-contract.ts';
import { BALANCER, LiveLab, nodeOf } from './live-lab.ts';
import { LAB } from './netns-setup.ts';
import { untilLine, type LabProcess } from './netns.ts';
import { faults } from './traffic.ts';
import { PROGRAM } from '../cli/program.ts';

export interface KeptOptions {
  /** Who changes the engine. An agent follows a dispatcher that is on another host. */
  readonly by: 'agent' | 'dispatcher';
  /** Programs of the balancer by their usual names: no others are taken from a dispatcher. */
  readonly programs: Fields;
  /** Somebody else changes something of RoomLB's by hand. */
  readonly drift: (live: LiveLab) => Promise<unknown>;
}

const CHANGED = 'sfu-2';
/** Of nodes nothing is known but what they report, and these report nothing: the VIP alone is asked. */
const { health } = topologyOf({
  cluster: 'test-1',
  vips: [{ id: 'public', addresses: ['203.0.113.10'], media: { ports: '40000-40099' } }],
  nodes: [],
  health: { checks: [{ type: 'heartbeat' }] },
});
const addressesIn = (nodes: readonly Fields[]) => nodes.find(({ id }) => id === CHANGED)?.addresses;

export function testKept(harness: EngineHarness, { by, programs, drift }: KeptOptions): void {
  describe(`${harness.name}, kept as wanted by ${by}`, { skip: harness.skip }, () => {
    let live: LiveLab;
    let ask: Ask;
    let dispatcher: LabProcess;
    let agent: LabProcess | undefined;
    const port = 8080;
    const base = `http://${by === 'agent' ? LAB.client[4] : LAB.lb[4]}:${port}`;

    before(async () => {
      live = await LiveLab.start(harness);
      ask = await startApiClient(live.lab, live.lab.client);
      await startDispatcher(BASE);
      if (by === 'agent')
        agent = await start(live.lab.lb, /"following /, 'sync', BALANCER, '--dispatcher', base);
    });
    after(() => live.stop());
    afterEach(() => live.traffic.close());

    const state = () => path.join(live.folder, 'state');
    /** Resolves once it has said so. */
    const start = async (ns: string, said: RegExp, ...words: string[]): Promise<LabProcess> => {
      const args = [...PROGRAM, ...words, '--state-dir', state()];
      const child = live.lab.spawn(ns, process.execPath, args);
      await untilLine(child, said);
      return child;
    };
    const startDispatcher = async (nodes: readonly Fields[]) => {
      const { lab, engine, folder } = live;
      const file = path.join(folder, 'topology.yaml');
      // Processes are in the engine's network namespace themselves, and look for drift without a pause.
      const own = { ...programs, id: BALANCER, namespace: null, interval: 1, lock: null };
      const balancer = { ...engine.balancer, ...own } as Balancer;
      await writeFile(file, formatTopology({ ...live.topology(nodes), health, balancers: [balancer] }));
      const apply = by === 'agent' ? [] : ['--apply', BALANCER];
      const listen = ['--listen', base.slice('http://'.length), '--allow-remote'];
      const ns = by === 'agent' ? lab.client : lab.lb;
      dispatcher = await start(ns, /curl -X PUT/, 'serve', '--topology', file, ...listen, ...apply);
    };
    const get = async (route: string) => {
      const { status, body } = await ask('GET', `${base}${route}`);
      assert.equal(status, 200, JSON.stringify(body));
      return body;
    };
    const status = async (): Promise<BalancerStatus> =>
      (await get(`/v1/targets/${BALANCER}/status`)).balancers[0];
    const history = async (): Promise<readonly HistoryEntry[]> =>
      (await get(`/v1/targets/${BALANCER}/history`)).entries;
    const patch = async (fields: Fields) => {
      const { status, body } = await ask('PATCH', `${base}/v1/nodes/${CHANGED}`, fields);
      assert.equal(status, 200, JSON.stringify(body));
    };
    /** What the dispatcher wants is in the engine, and it has been told so. */
    const inSync = () =>
      until('the engine is as wanted', async () => {
        const { revision } = await get('/v1/intent');
        const { standing, wanted, applied } = await status();
        return standing === 'in-sync' && wanted === revision && applied === revision;
      });
    /** By new flows to the node's first media port. */
    const whoIsThere = async () => {
      const flows = live.flows(live.topology(BASE)).filter(({ name }) => nodeOf(name) === CHANGED);
      const first = flows.filter((flow) => flow.port === 40_002);
      assert.ok(first.length > 0);
      const requests = first.map(({ kind, address, port }): LabRequest => ({ kind, address, port }));
      return [...new Set(whoAnswered(await live.client.ask(requests)))];
    };
    const dump = () => live.parts();
    const openOthers = async () => {
      const flows = live.flows(live.topology(BASE)).filter(({ name }) => nodeOf(name) !== CHANGED);
      await live.traffic.open(flows);
    };
    const othersLostNothing = async () =>
      assert.deepEqual(faults((await live.traffic.report()).values(), nodeOf), []);

    test('changes by REST are followed, told of, and cost others no packet', async () => {
      await inSync();
      assert.deepEqual(await whoIsThere(), [CHANGED]);
      const foreign = await live.engine.foreign();
      await openOthers();
      await patch({ addresses: SPARE_ADDRESSES });
      await inSync();
      assert.deepEqual(await whoIsThere(), [SPARE]);
      const { source, target } = await status();
      assert.deepEqual([source, target], [by === 'agent' ? 'agent' : 'local', live.engine.driver.target]);
      assert.deepEqual(
        (await history()).map(({ what, result }) => `${what} ${result}`),
        ['apply applied', 'apply applied'],
      );
      await patch({ addresses: addressesIn(placed(BASE, false)) });
      await inSync();
      assert.deepEqual(await whoIsThere(), [CHANGED]);
      await othersLostNothing();
      assert.equal(await live.engine.foreign(), foreign, 'what others put there is not as it was');
    });

    const repairs = async () => {
      const before = await dump();
      await drift(live);
      assert.notDeepEqual(await dump(), before);
      await until('the drift is repaired', async () => (await dump()).join() === before.join());
    };

    test('what somebody else changes is put back, and told of as repaired', async () => {
      await repairs();
      await until('it is told', async () => (await history())[0]?.what === 'repair');
      await inSync();
    });

    test('a change after which the VIP does not answer any more is rolled back, and said so', async () => {
      const before = await dump();
      await openOthers();
      await patch({ addresses: addressesIn(NOWHERE) });
      await until('it is rolled back', async () => (await status()).standing === 'rolled-back');
      const { why, wanted, applied } = await status();
      assert.match(why ?? '', /^through the VIP, what answered before does not any more: .*\/sfu-2\)/);
      assert.notEqual(applied, wanted);
      const [newest] = await history();
      assert.deepEqual([newest?.result, newest?.why], ['rolled-back', why]);
      assert.deepEqual(await dump(), before);
      assert.deepEqual(await whoIsThere(), [CHANGED]);
      await patch({ addresses: addressesIn(placed(BASE, false)) });
      await inSync();
      await othersLostNothing();
    });

    if (by === 'agent') {
      test('while the dispatcher is gone, all stays, and drift is repaired; then it is followed again', async () => {
        await openOthers();
        const before = await dump();
        await killed(dispatcher);
        await repairs();
        assert.deepEqual(await dump(), before);
        await startDispatcher(BASE.map((node) => (node.id === CHANGED ? { ...node, weight: 1 } : node)));
        await inSync();
        assert.notDeepEqual(await dump(), before);
        await othersLostNothing();
      });
    }

    test('killed, whoever keeps it goes on where it was when it is started again', async () => {
      const before = await dump();
      await openOthers();
      await killed(agent ?? dispatcher);
      await drift(live);
      if (agent) agent = await start(live.lab.lb, /"following /, 'sync', BALANCER, '--dispatcher', base);
      else await startDispatcher(BASE);
      await until('it is as it was', async () => (await dump()).join() === before.join());
      await inSync();
      await othersLostNothing();
    });

    test('told to end, they end well, and leave the engine as it is', async () => {
      const before = await dump();
      for (const child of [agent, dispatcher]) {
        if (!child) continue;
        const ended = once(child, 'close');
        child.kill('SIGTERM');
        assert.deepEqual(await ended, [0, null]);
      }
      assert.deepEqual(await dump(), before);
      assert.deepEqual(await whoIsThere(), [CHANGED]);
    });
  });
}

async function killed(child: LabProcess): Promise<void> {
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
}
