/** The agent on a balancer's host, with a dispatcher that comes and goes, and a balancer of target file. */
import assert from 'node:assert/strict';
import { appendFile, readFile } from 'node:fs/promises';
import { describe, test, type TestContext } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { buildServer } from '../../src/api/server.ts';
import { Dispatcher } from '../../src/dispatcher/dispatcher.ts';
import { TopologyEditor } from '../../src/dispatcher/topology-editor.ts';
import { AgentClient } from '../../src/dispatcher-client/client.ts';
import type { AnyEvent } from '../../src/events/events.ts';
import { systemClock } from '../../src/health/clock.ts';
import { runAgent } from '../../src/service/agent.ts';
import { BalancerBoard } from '../../src/service/balancer-board.ts';
import { openEngine } from '../../src/service/open-engine.ts';
import { openStore } from '../../src/store/open.ts';
import { fileSite, type FileSite } from '../cli/file-site.ts';
import { roomlb } from '../cli/roomlb.ts';
import { quiet, until } from '../media-node/support.ts';
import { topologyOf } from '../targets/documents.ts';
import type { Topology } from '../../src/topology/model.ts';

class Bench {
  readonly events: AnyEvent[] = [];
  dispatcher: Dispatcher;
  app: FastifyInstance | undefined;
  #port = 0;

  constructor(
    readonly site: FileSite,
    readonly topology: Topology,
    t: TestContext,
  ) {
    t.after(() => this.dies());
    this.dispatcher = new Dispatcher({} as never, topology);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** A dispatcher that remembers nothing, on the port that it has always had. */
  async lives(weight: number): Promise<void> {
    const store = await openStore('memory');
    this.dispatcher = new Dispatcher(store.claims, this.#with(weight));
    this.app = await buildServer({
      dispatcher: this.dispatcher,
      editor: new TopologyEditor(store.topology, this.dispatcher),
      targets: [],
      ready: () => store.ready(),
      balancers: new BalancerBoard(systemClock),
    });
    await this.app.listen({ port: this.#port, host: '127.0.0.1' });
    this.#port = (this.app.server.address() as { port: number }).port;
  }

  async dies(): Promise<void> {
    this.app?.server.closeAllConnections();
    await this.app?.close();
    this.app = undefined;
  }

  want(weight: number): void {
    this.dispatcher.setTopology(this.#with(weight));
  }

  /** Its run has ended, and the dispatcher has been told. */
  inSync = () =>
    until('the dispatcher is told', async () => {
      const { standing, source, wanted, applied } = await this.site.status(this.url);
      const { revision } = this.dispatcher.snapshot;
      return standing === 'in-sync' && source === 'agent' && applied === revision && wanted === revision;
    });

  has = async (weight: number) =>
    RegExp(`server sfu-2 .*weight ${weight}\\b`).test((await this.site.file()) ?? '');

  #with(weight: number): Topology {
    const nodes = this.topology.nodes.map((node) => (node.id === 'sfu-2' ? { ...node, weight } : node));
    return { ...this.topology, nodes };
  }
}

/** An agent that follows a dispatcher which is not there yet. */
async function bench(t: TestContext, balancer: object = {}): Promise<Bench> {
  const stop = new AbortController();
  let running = Promise.resolve();
  // Before the site's folder goes.
  t.after(async () => {
    stop.abort();
    await running;
  });
  const site = await fileSite(t, balancer);
  const topology = topologyOf(JSON.parse(await readFile(site.topology, 'utf8')));
  const made = new Bench(site, topology, t);
  await made.lives(1);
  const { url } = made;
  await made.dies();
  const engine = openEngine(topology.balancers[0]!, { cluster: topology.cluster, stateFolder: site.state })!;
  const events = { emit: (event: AnyEvent) => void made.events.push(event) };
  running = runAgent(
    { dispatchers: [new AgentClient(new URL(url))], engine, clock: systemClock, logger: quiet, events },
    stop.signal,
  );
  return made;
}

describe('the agent', () => {
  test('changes nothing until a dispatcher answers; follows it; keeps what it had when that is gone; follows it again', async (t) => {
    const made = await bench(t, { interval: '1s' });
    const { site } = made;
    assert.equal(await site.file(), null);
    await made.lives(1);
    await until('the first weight is written', () => made.has(1));
    made.want(2);
    await until('the second one, too', () => made.has(2));
    await made.inSync();
    assert.equal((await site.history(made.url))[0]?.result, 'applied');

    await made.dies();
    await appendFile(site.path, '# by hand\n');
    await until(
      'drift is repaired without a dispatcher',
      async () => !(await site.file())?.includes('by hand'),
    );
    assert.ok(await made.has(2));

    await made.lives(3);
    await until('the agent follows a dispatcher that came back', () => made.has(3));
    await made.inSync();
    const told = made.events.map((event) => ('what' in event ? `${event.what} ${event.type}` : event.type));
    assert.deepEqual(told, [
      'apply balancer.applied',
      'balancer.standing',
      'apply balancer.applied',
      'repair balancer.applied',
      'apply balancer.applied',
    ]);
  });

  test('makes little of a burst, and ends with the last of it', async (t) => {
    const made = await bench(t);
    await made.lives(1);
    await until('the first weight is written', () => made.has(1));
    for (let weight = 2; weight <= 50; weight++) made.want(weight);
    await until('the last weight is written', () => made.has(50));
    const { length } = await made.site.reloads();
    assert.ok(length <= 4, `${length} reloads for 49 changes at once`);
  });

  test('leaves drift that is to be reported only, until somebody asks the dispatcher to have it applied', async (t) => {
    const made = await bench(t, { drift: 'report', interval: '1s' });
    const { site } = made;
    await made.lives(1);
    await made.inSync();
    await appendFile(site.path, '# by hand\n');
    await until('the drift is reported', async () => (await site.status(made.url)).standing === 'drift');
    assert.match((await site.file()) ?? '', /# by hand/);
    const plan = (await (await fetch(`${made.url}/v1/targets/lb-1/plan`)).json()) as {
      plan: { drift: boolean; changes: { before: string[] }[] };
    };
    assert.equal(plan.plan.drift, true);
    assert.match(JSON.stringify(plan.plan.changes), /# by hand/);
    const asked = await fetch(`${made.url}/v1/targets/lb-1/apply`, { method: 'POST' });
    assert.equal(asked.status, 202);
    await until('the drift is repaired', async () => !(await site.file())?.includes('by hand'));
    await until('and told', async () => (await site.status(made.url)).standing === 'in-sync');
  });
});

describe('roomlb sync', () => {
  test('takes no programs to run from a dispatcher, and says what it cannot reach', async (t) => {
    const made = await bench(t);
    const none = await roomlb('sync', 'lb-1', '--dispatcher', made.url, '--state-dir', made.site.state);
    assert.equal(none.code, 3);
    assert.match(none.err, /ECONNREFUSED/);
    await made.lives(1);
    const args = ['--dispatcher', made.url, '--state-dir', made.site.state];
    const refused = await roomlb('sync', 'lb-1', ...args);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /names a program \(reloadCommand: \/bin\/sh .*--topology/);
    const unknown = await roomlb('sync', 'lb-9', ...args);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /no balancer "lb-9"/);
  });
});
