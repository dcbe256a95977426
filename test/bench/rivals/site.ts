/** Two real media nodes and a dispatcher in namespaces, one node to be hurt, and what everybody makes of that. */
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Topology } from '../../../src/topology/model.ts';
import { until } from '../../lab/api-client.ts';
import { DispatcherLab, type StartOptions } from '../../lab/dispatcher-lab.ts';
import { topologyOf } from '../../targets/documents.ts';
import type { Timing } from './timing.ts';
import { Watch } from './watch.ts';

/** Where the VIP takes signalling. */
export const SIGNALLING = { address: '203.0.113.10', port: 80 } as const;
export const VICTIM = {
  id: 'sfu-1',
  address: '10.0.0.1',
  healthPort: 9100,
  mediaPort: 40_000,
  signallingPort: 4443,
} as const;
export const OTHER = { id: 'sfu-2', address: '10.0.0.2' } as const;

/** What RoomLB's own part in it is called. */
export const ROOMLB = {
  suspect: 'RoomLB, no new rooms',
  down: 'RoomLB, down',
  placed: 'RoomLB, its room is answered with another node',
} as const;

/** Milliseconds: the longest that anybody is waited for. */
const LIMIT = 15_000;

export interface Injury {
  /** Which of the repetitions this is, from 0, and how many there are. */
  readonly round: number;
  readonly of: number;
  /** Who is expected to notice: nobody else is waited for. */
  readonly expected: readonly string[];
  /** Milliseconds that the others are given all the same. */
  readonly least?: number;
  /** What else is waited for. */
  readonly also?: () => boolean;
  readonly hurt: () => unknown;
}

export class Site {
  readonly watch = new Watch();
  readonly lab: DispatcherLab;
  readonly #timing: Timing;
  #room = '';

  private constructor(lab: DispatcherLab, timing: Timing) {
    this.lab = lab;
    this.#timing = timing;
    lab.listen(({ msg, node, to }) => {
      if (msg !== 'node.state' || node !== VICTIM.id) return;
      this.watch.hear(ROOMLB.suspect, to === 'up');
      this.watch.hear(ROOMLB.down, to !== 'down');
      if (to === 'down') void this.#askUntilPlaced();
    });
  }

  /** The program is the one that `npm run build` makes. */
  static async start(timing: Timing, prepare?: StartOptions['prepare']): Promise<Site> {
    const program = [path.join(import.meta.dirname, '../../../dist/cli/main.js')];
    const options = { program, ...(prepare && { prepare }) };
    const site = new Site(await DispatcherLab.start(topology(timing), options), timing);
    await until('both nodes are up', () => site.#allUp());
    return site;
  }

  async workerPid(): Promise<number> {
    await this.content();
    const pid = (await this.lab.node(VICTIM.id)).live?.workers[0]?.pid;
    if (pid == null) throw new Error('the node names no worker');
    return pid;
  }

  /** Kills the node once it is settled who notices when, and starts it again afterwards. */
  async killNode(
    injury: Omit<Injury, 'hurt'>,
    wrap = (hurt: () => unknown) => hurt,
  ): Promise<ReadonlyMap<string, number>> {
    const node = this.lab.nodes.get(VICTIM.id);
    if (!node) throw new Error('the node does not run');
    const exited = once(node, 'exit');
    const noticed = await this.injure({ ...injury, hurt: wrap(() => node.kill('SIGKILL')) });
    await exited;
    this.lab.startNode(VICTIM.id);
    return noticed;
  }

  /** Milliseconds until each noticed; who did not in time is not there. */
  async injure({
    round,
    of,
    expected,
    least = 0,
    also = () => true,
    hurt,
  }: Injury): Promise<ReadonlyMap<string, number>> {
    const { watch } = this;
    const { interval } = this.#timing;
    await this.content();
    this.#room = await this.lab.roomOn(VICTIM.id);
    // Spread over the interval, so that nobody's checks are well timed each time.
    const phase = (interval * round) / of;
    await sleep(interval + ((phase - (Date.now() % interval) + interval) % interval));
    watch.begin();
    hurt();
    while (watch.elapsed < least || !expected.every((name) => watch.noticed.has(name)) || !also()) {
      if (watch.elapsed > LIMIT) break;
      await sleep(20);
    }
    this.#room = '';
    return watch.noticed;
  }

  content(): Promise<void> {
    return until('everybody finds the node well', async () => this.watch.allUp && (await this.#allUp()));
  }

  /** As a client would that asks again and again, from when the dispatcher knows. */
  async #askUntilPlaced(): Promise<void> {
    const room = this.#room;
    if (room === '') return;
    while ((await this.lab.placeOf(room)).node.id === VICTIM.id) {
      if (this.#room !== room) return;
      await sleep(1);
    }
    if (this.#room === room) this.watch.note(ROOMLB.placed);
  }

  async #allUp(): Promise<boolean> {
    const { nodes } = await this.lab.health();
    return nodes.every(
      ({ state, live, checks }) =>
        state === 'up' && live?.connected === true && checks.every((check) => check.state === 'up'),
    );
  }
}

function topology({ interval, timeout, rise, fall }: Timing): Topology {
  return topologyOf({
    cluster: 'bench',
    vips: [
      {
        id: 'public',
        addresses: [SIGNALLING.address],
        signalling: { port: SIGNALLING.port },
        media: { protocols: ['udp', 'tcp'], ports: '40000-40099' },
      },
    ],
    nodes: [0, 1].map((i) => ({
      id: `sfu-${i + 1}`,
      kind: 'mediasoup',
      vip: 'public',
      addresses: [`10.0.0.${i + 1}`],
      signallingPort: VICTIM.signallingPort,
      healthPort: VICTIM.healthPort,
      stunPort: VICTIM.healthPort,
      mediaPorts: String(VICTIM.mediaPort + i),
    })),
    health: {
      interval: `${interval}ms`,
      timeout: `${timeout}ms`,
      rise,
      fall,
      // All by default but the way through the VIP, which is no matter of the node's.
      checks: ['stun', 'heartbeat', 'http'],
      // The second time has to be like the first.
      damping: 'off',
      slowStart: 'off',
    },
  });
}
