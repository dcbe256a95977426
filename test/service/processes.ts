/** `roomlb serve` and `roomlb media-node` as processes, on loopback addresses of this test alone. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { readSnapshot, type DetectorSnapshot } from '../../src/health/detector/snapshot.ts';
import type { HealthReport, NodeReport, NodeReportWithHistory } from '../../src/health/report.ts';
import { DATA_FILE, openEnvironment } from '../../src/store/lmdb-environment.ts';
import { Client } from '../media-node/client.ts';
import { loopback, until } from '../media-node/support.ts';
import { PROGRAM } from '../cli/program.ts';

export interface NodeSpec {
  readonly id: string;
  readonly address: string;
  readonly mediaPorts: string;
}

export interface ReplicaProcess {
  readonly child: ChildProcess;
  readonly port: number;
}

let used = 100;

/** A node on an address that no other test of this process has. */
export function nodeSpec(id: string, mediaPorts: string): NodeSpec {
  return { id, address: loopback(used++), mediaPorts };
}

export class Site {
  readonly folder = mkdtempSync(join(tmpdir(), 'roomlb-site-'));
  readonly #t: TestContext;
  readonly #file: string;
  readonly #nodes: readonly NodeSpec[];
  readonly #children = new Set<ChildProcess>();
  #port = 0;

  /** @param more of the topology */
  constructor(t: TestContext, nodes: readonly NodeSpec[], health: object = {}, more: object = {}) {
    this.#t = t;
    this.#nodes = nodes;
    this.#file = join(this.folder, 'topology.json');
    const topology = {
      cluster: 'site',
      // Nobody is at the VIP: no balancer is part of these tests.
      vips: [
        {
          id: 'public',
          addresses: [loopback(254)],
          signalling: { port: 8443, tls: 'off' },
          media: { ports: '40000-40099' },
        },
      ],
      nodes: nodes.map(({ id, address, mediaPorts }) => ({
        id,
        kind: 'mediasoup',
        vip: 'public',
        addresses: [address],
        signallingPort: 4443,
        healthPort: 8081,
        mediaPorts,
      })),
      health: { interval: '500ms', timeout: '400ms', damping: 'off', slowStart: 'off', ...health },
      ...more,
    };
    writeFileSync(this.#file, JSON.stringify(topology));
    t.after(() => {
      for (const child of this.#children) child.kill('SIGKILL');
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The dispatcher, on the same port each time. */
  async serve(...args: string[]): Promise<ChildProcess> {
    const { child, port } = await this.replica(this.#port, ...args);
    this.#port = port;
    return child;
  }

  /**
   * One of several dispatchers.
   * @param port 0: any
   */
  async replica(port: number, ...args: string[]): Promise<ReplicaProcess> {
    const child = this.#spawn('serve', '-t', this.#file, '--listen', `127.0.0.1:${port}`, ...args);
    return new Promise((resolve, reject) => {
      child.on('exit', (code) => reject(new Error(`serve ended with ${code}`)));
      createInterface({ input: child.stdout! }).on('line', (line) => {
        const found = /API http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
        if (found) resolve({ child, port: Number(found) });
      });
    });
  }

  /** @param dispatchers their addresses */
  node(id: string, dispatchers: readonly string[] = [this.url]): ChildProcess {
    const child = this.#spawn('media-node', id, ...dispatchers.flatMap((url) => ['--dispatcher', url]));
    child.stdout!.resume();
    return child;
  }

  async kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.url}${path}`);
    assert.equal(answer.status, 200, path);
    return (await answer.json()) as T;
  }

  health(id: string): Promise<NodeReportWithHistory> {
    return this.get(`/v1/nodes/${id}/health`);
  }

  async states(): Promise<Record<string, string>> {
    const { nodes } = await this.get<HealthReport>('/v1/health');
    return Object.fromEntries(nodes.map(({ node, state }) => [node, state]));
  }

  /** Every node is connected, and every worker of it has answered by STUN. */
  async allUp(): Promise<void> {
    await until('all nodes are up by STUN', async () => {
      const { nodes } = await this.get<HealthReport>('/v1/health');
      return nodes.every((node) => node.state === 'up' && node.live?.connected === true && stunIsUp(node));
    });
  }

  /** Asks again while no node takes rooms: on a machine that is busy with other things, one may be suspect a while. */
  async claim(room: string): Promise<{ node: string; decision: string; from: string | undefined }> {
    let answer: Response | undefined;
    await until(`a place for ${room}`, async () => {
      answer = await fetch(`${this.url}/v1/rooms/${room}`, { method: 'PUT' });
      return answer.status !== 503;
    });
    const body = (await answer!.json()) as {
      node: { id: string };
      decision: string;
      moved?: { from: string };
    };
    assert.ok(answer!.ok, JSON.stringify(body));
    return { node: body.node.id, decision: body.decision, from: body.moved?.from };
  }

  /** Claims rooms until one is placed on the node, and joins it there. */
  async roomOn(id: string, prefix: string): Promise<{ room: string; client: Client }> {
    for (let i = 0; ; i++) {
      const room = `${prefix}-${i}`;
      if ((await this.claim(room)).node !== id) continue;
      const { address } = this.#nodes.find((node) => node.id === id)!;
      const client = await Client.connect(this.#t, `ws://${address}:4443/n/${id}/`);
      await client.get('join', { room });
      await until('the room is reported', async () => (await this.health(id)).live?.rooms !== 0);
      return { room, client };
    }
  }

  async workerPid(id: string, port: number): Promise<number> {
    const { live } = await this.health(id);
    return live!.workers.find((worker) => worker.port === port)!.pid!;
  }

  #spawn(...args: string[]): ChildProcess {
    const child = spawn(process.execPath, [...PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#children.add(child);
    child.on('exit', () => this.#children.delete(child));
    return child;
  }
}

function stunIsUp({ checks }: NodeReport): boolean {
  const stun = checks.filter(({ check }) => check === 'stun');
  return stun.length > 0 && stun.every(({ state }) => state === 'up');
}

/** What a dispatcher has noted down of its nodes in this file store, read beside it. */
export async function notedHealth(store: string): Promise<DetectorSnapshot['nodes']> {
  const env = openEnvironment<string, string>(join(store, DATA_FILE), { readOnly: true, encoding: 'string' });
  try {
    const json = env.openDB<string, string>({ name: 'meta', encoding: 'string' }).get('note/health');
    return json === undefined ? {} : readSnapshot(JSON.parse(json)).nodes;
  } finally {
    await env.close();
  }
}
