/**
 * A dispatcher on the balancer's host and real media nodes in namespaces of their own, with real workers and
 * the engine's real rules in between: for tests of health as it is in a network.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { HealthReport, NodeReport } from '../../src/health/report.ts';
import { intentFor } from '../../src/reconcile/balancer-intent.ts';
import type { Balancer } from '../../src/targets/balancer.ts';
import { nftables } from '../../src/targets/nftables/index.ts';
import type { CarriedServices } from '../../src/topology/balancers/balancer.ts';
import { formatTopology } from '../../src/topology/format.ts';
import type { Topology } from '../../src/topology/model.ts';
import { intentOf } from '../targets/documents.ts';
import { startApiClient, type Answer, type Ask } from './api-client.ts';
import { LAB } from './netns-setup.ts';
import { createLab, untilLine, type Lab, type LabProcess } from './netns.ts';
import { PROGRAM } from '../cli/program.ts';

const PORT = 8080;
const BASE = `http://${LAB.lb[4]}:${PORT}`;

export interface StartOptions {
  /** Words after `node` that run the command line. */
  readonly program?: readonly string[];
  /**
   * Starts engines on the balancer for the VIPs' signalling, which the dispatcher then drives. Without it, rules of
   * nftables that stay as they are carry everything; with it, media alone.
   */
  readonly prepare?: (lab: Lab) => Promise<readonly Balancer[]>;
}

export class DispatcherLab {
  readonly lab: Lab;
  /** Structured lines of the dispatcher's log. */
  readonly log: Readonly<Record<string, unknown>>[] = [];
  readonly nodes = new Map<string, LabProcess>();
  readonly #folder: string;
  readonly #api: Ask;
  readonly #program: readonly string[];
  readonly #listeners = new Set<(line: Readonly<Record<string, unknown>>) => void>();

  private constructor(lab: Lab, folder: string, api: Ask, program: readonly string[]) {
    this.lab = lab;
    this.#folder = folder;
    this.#api = api;
    this.#program = program;
  }

  /** Everything is started; nodes may take a while to be up. */
  static async start(
    topology: Topology,
    { program = PROGRAM, prepare }: StartOptions = {},
  ): Promise<DispatcherLab> {
    const lab = await createLab(topology);
    const folder = mkdtempSync(path.join(tmpdir(), 'roomlb-lab-'));
    try {
      const self = new DispatcherLab(lab, folder, await startApiClient(lab, lab.lb), program);
      const balancers = (await prepare?.(lab)) ?? [];
      await self.loadRules(topology, balancers.length > 0 ? 'media' : 'all');
      const file = path.join(folder, 'topology.yaml');
      writeFileSync(file, formatTopology({ ...topology, balancers }));
      await self.#serve(
        file,
        balancers.map(({ id }) => id),
      );
      for (const { id } of topology.nodes) self.startNode(id);
      return self;
    } catch (error) {
      await lab.close();
      rmSync(folder, { recursive: true });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.lab.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Puts the rules of this topology, be it the dispatcher's or another one, on the balancer. */
  async loadRules(topology: Topology, services: CarriedServices = 'all'): Promise<void> {
    const intent = intentFor(intentOf(topology), { vips: null, services });
    const text = nftables.render(intent).files[0]?.content ?? '';
    await this.lab.check(this.lab.lb, 'nft', ['-f', '-'], { input: text });
  }

  ask(method: string, route: string, body?: object): Promise<Answer> {
    return this.#api(method, `${BASE}${route}`, body);
  }

  async health(): Promise<HealthReport> {
    const { status, body } = await this.ask('GET', '/v1/health');
    if (status !== 200) throw new Error(`GET /v1/health: ${status} ${JSON.stringify(body)}`);
    return body as HealthReport;
  }

  async node(id: string): Promise<NodeReport> {
    const found = (await this.health()).nodes.find(({ node }) => node === id);
    if (!found) throw new Error(`no node ${id} in GET /v1/health`);
    return found;
  }

  /** Where a PUT says that the room lives. */
  async placeOf(room: string): Promise<Answer['body']> {
    const { status, body } = await this.ask('PUT', `/v1/rooms/${room}`);
    if (status !== 200 && status !== 201) throw new Error(`PUT ${room}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** A room that the dispatcher places on this node. */
  async roomOn(node: string): Promise<string> {
    for (let i = 0; i < 200; i++) {
      const room = `on-${node}-${i}`;
      if ((await this.placeOf(room)).node.id === node) return room;
    }
    throw new Error(`200 rooms, and none was placed on ${node}`);
  }

  /** From now on the node neither hears nor answers anybody; nothing is refused, packets just vanish. */
  async partition(node: string): Promise<void> {
    const rules = `table inet partition {
      chain in { type filter hook input priority 0; policy drop; iif lo accept; }
      chain out { type filter hook output priority 0; policy drop; oif lo accept; }
    }`;
    await this.lab.check(this.lab.nsOfNode(node), 'nft', ['-f', '-'], { input: rules });
  }

  async reunite(node: string): Promise<void> {
    await this.lab.check(this.lab.nsOfNode(node), 'nft', ['delete', 'table', 'inet', 'partition']);
  }

  /**
   * A rule that stands before the others on the balancer and leads a media port of the VIP to another node's
   * worker, for connections of the balancer's own host.
   */
  async misdirect(vip: string, port: number, to: string, toPort: number): Promise<void> {
    const rules = `table ip wrong {
      chain out {
        type nat hook output priority -150;
        ip daddr ${vip} udp dport ${port} dnat to ${to}:${toPort}
        ip daddr ${vip} tcp dport ${port} dnat to ${to}:${toPort}
      }
    }`;
    await this.lab.check(this.lab.lb, 'nft', ['-f', '-'], { input: rules });
  }

  async redirect(): Promise<void> {
    await this.lab.check(this.lab.lb, 'nft', ['delete', 'table', 'ip', 'wrong']);
  }

  /** Told of each line of the dispatcher's log as it comes. */
  listen(listener: (line: Readonly<Record<string, unknown>>) => void): void {
    this.#listeners.add(listener);
  }

  /** Events of this type that the dispatcher has logged. */
  told(type: string): Readonly<Record<string, unknown>>[] {
    return this.log.filter(({ msg }) => msg === type);
  }

  /** Again, where it has ended. */
  startNode(id: string): void {
    const args = ['media-node', id, '--dispatcher', BASE, '--log-level', 'warn'];
    const child = this.lab.spawn(this.lab.nsOfNode(id), process.execPath, [...this.#program, ...args]);
    child.stdout.resume();
    child.stderr.resume();
    this.nodes.set(id, child);
  }

  async #serve(file: string, balancers: readonly string[]): Promise<void> {
    const args = ['serve', '--topology', file, '--listen', `${LAB.lb[4]}:${PORT}`, '--allow-remote'];
    if (balancers.length > 0)
      args.push('--state-dir', path.join(this.#folder, 'state'), '--apply', ...balancers);
    const child = this.lab.spawn(this.lab.lb, process.execPath, [...this.#program, ...args]);
    const ready = untilLine(child, /curl -X PUT/);
    createInterface(child.stdout).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const told = JSON.parse(line) as Record<string, unknown>;
      this.log.push(told);
      for (const listener of this.#listeners) listener(told);
    });
    await ready;
  }
}
