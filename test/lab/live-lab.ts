/**
 * A lab with an engine that the command line drives, nodes and traffic: a topology is written to a file, and
 * `roomlb apply` and its like are run as a person would, in this process.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { Memory } from '../../src/reconcile/memory.ts';
import { Reconciler, type Outcome } from '../../src/reconcile/reconciler.ts';
import { formatTopology } from '../../src/topology/format.ts';
import type { Balancer } from '../../src/targets/balancer.ts';
import type { Topology } from '../../src/topology/model.ts';
import { roomlb } from '../cli/roomlb.ts';
import { cluster, intentOf, type Fields } from '../targets/documents.ts';
import { BASE, NEW, placed, SPARE, SPARE_ADDRESSES } from './changes.ts';
import { startClient, type LabClient, type LabRequest } from './client.ts';
import type { EngineHarness, LiveEngine } from './driver-contract.ts';
import { echoNodeConfig, startEchoNode } from './echo-node.ts';
import { mediaRequests, signallingRequests } from './handed-out.ts';
import { createLab, type Lab } from './netns.ts';
import { startTraffic, type Flow, type Traffic } from './traffic.ts';

export const BALANCER = 'lb';

export interface LiveOptions {
  /** TCP media is by WebSocket. */
  readonly webSockets?: boolean;
}

export class LiveLab {
  /** What the topology says of the balancer beside where it is. */
  declared: Partial<Balancer> = {};

  private constructor(
    private readonly vip: Fields,
    private readonly options: LiveOptions,
    readonly lab: Lab,
    readonly engine: LiveEngine,
    readonly client: LabClient,
    readonly traffic: Traffic,
    /** Of topology files and of what RoomLB remembers. */
    readonly folder: string,
  ) {}

  static async start(harness: EngineHarness, options: LiveOptions = {}): Promise<LiveLab> {
    const everybody = cluster(
      harness.vip,
      placed([...BASE, NEW, { id: SPARE, addresses: SPARE_ADDRESSES }], 'media' in harness.vip),
    );
    const lab = await createLab(everybody, harness.lab);
    try {
      return await LiveLab.#startIn(lab, everybody, harness, options);
    } catch (error) {
      // What still runs in there would keep the whole test file from ending.
      await lab.close();
      throw error;
    }
  }

  static async #startIn(
    lab: Lab,
    everybody: Topology,
    harness: EngineHarness,
    options: LiveOptions,
  ): Promise<LiveLab> {
    const configs = everybody.nodes.map((node) => echoNodeConfig(everybody, node));
    const portsOfSecond = configs.find(({ node }) => node === 'sfu-2');
    const nodes = configs.map((config) => {
      const { node, addresses } = config;
      const own = node === SPARE ? { ...config, ...portsOfSecond, node, addresses } : config;
      const { tcp, http } = own;
      return startEchoNode(lab, options.webSockets ? { ...own, tcp: [], http: [...tcp, ...http] } : own);
    });
    // Where answers take so long, so do nodes to keep up.
    const { patience } = harness;
    const pace = patience === undefined ? {} : { every: 250, patience };
    const [client, traffic] = await Promise.all([startClient(lab), startTraffic(lab, pace), ...nodes]);
    const folder = await mkdtemp(path.join(tmpdir(), 'roomlb-live-'));
    return new LiveLab(harness.vip, options, lab, await harness.start(lab), client, traffic, folder);
  }

  async stop(): Promise<void> {
    try {
      await this.engine.stop();
    } finally {
      await this.lab.close();
      await rm(this.folder, { recursive: true });
    }
  }

  /** @param vip more that is said of it */
  topology(nodes: readonly Fields[], vip: Fields = {}): Topology {
    return cluster({ ...this.vip, ...vip }, placed(nodes, 'media' in this.vip));
  }

  /** Of all nodes, on every endpoint that the dispatcher hands out: `sfu-1 udp 203.0.113.10 40000`. */
  flows(topology: Topology): Flow[] {
    return [...mediaRequests(topology), ...signallingRequests(topology)].map(({ node, request }) => {
      const { address, port, path: url } = request;
      const kind = request.kind === 'tcp' && this.options.webSockets ? 'ws' : request.kind;
      if (kind !== 'udp' && kind !== 'tcp' && kind !== 'ws') throw new Error(`no traffic by ${kind}`);
      const name = `${node} ${kind} ${address} ${port}`;
      return { name, kind, address, port, ...(url === undefined ? {} : { path: url }) };
    });
  }

  /** Writes the topology, and the command's words for it: `apply lb --topology FILE …`. */
  async words(command: string, topology: Topology, ...more: string[]): Promise<string[]> {
    const file = path.join(this.folder, 'topology.yaml');
    const balancers = [{ ...this.engine.balancer, ...this.declared, id: BALANCER } as Balancer];
    await writeFile(file, formatTopology({ ...topology, balancers }));
    const state = path.join(this.folder, 'state');
    return [command, BALANCER, '--topology', file, '--state-dir', state, ...more];
  }

  async roomlb(command: string, topology: Topology, ...more: string[]) {
    return roomlb(...(await this.words(command, topology, ...more)));
  }

  /**
   * Applies it, and asks clients before and after whether media answers through the VIP.
   *
   * @param patience milliseconds that an answer may take
   */
  async applyProbing(topology: Topology, patience: number): Promise<Outcome> {
    const { balancer, driver } = this.engine;
    const folder = path.join(this.folder, 'state', 'balancers', BALANCER);
    const reconciler = new Reconciler({
      balancer: { ...balancer, id: BALANCER },
      driver,
      memory: new Memory(folder, driver.target, driver.stateVersion),
      lockFile: path.join(folder, 'lock'),
      probe: async () => {
        const endpoints = mediaRequests(topology).map(({ request }) => ({ ...request, patience }));
        const outcomes = await this.client.ask(endpoints, { concurrency: 16 });
        const name = ({ kind, address, port }: LabRequest) => `${kind} ${address} ${port}`;
        return new Map(endpoints.map((one, i) => [name(one), outcomes[i]?.answer !== undefined]));
      },
    });
    return reconciler.apply(intentOf(topology));
  }

  /** What the engine's dump consists of, sorted: what was taken away and put back may stand elsewhere by now. */
  async parts(): Promise<string[]> {
    const parts = (await this.engine.dump()).split(/[\n,{}]/);
    return parts.map((part) => part.trim()).sort();
  }

  /** Applies it, and sees that there is nothing left to do. */
  async bringTo(topology: Topology): Promise<void> {
    const { code, err } = await this.roomlb('apply', topology, '--yes', '--adopt');
    assert.equal(code, 0, err);
    const again = await this.roomlb('plan', topology, '--json');
    assert.deepEqual([again.code, again.json().steps, again.json().changes], [0, [], []]);
  }
}

/** Registers the start of one before the tests of this file or suite, and its end after them. */
export function liveLab(harness: EngineHarness): () => LiveLab {
  let live: LiveLab | undefined;
  before(async () => {
    if (harness.skip === false) live = await LiveLab.start(harness);
  });
  after(() => live?.stop());
  return () => {
    if (!live) throw new Error('the lab has not started');
    return live;
  };
}

export const nodeOf = (flow: string): string => flow.split(' ')[0] ?? '';
export const kindOf = (flow: string): string => flow.split(' ')[1] ?? '';
