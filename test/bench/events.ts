/** From an event to the last of many subscribers who has it, beside a bare `ws` server that tells as many the same. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { buildServer } from '../../src/api/server.ts';
import { Dispatcher } from '../../src/dispatcher/dispatcher.ts';
import { TopologyEditor } from '../../src/dispatcher/topology-editor.ts';
import { EventBus } from '../../src/events/bus.ts';
import type { AnyEvent } from '../../src/events/events.ts';
import { EventStream } from '../../src/events/stream.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { TARGETS } from '../../src/targets/registry.ts';
import { clusterOf } from './cluster.ts';
import type { BenchRow } from './row.ts';

const SUBSCRIBERS = [1000, 10_000];
const ROUNDS = 11;

const EVENT: AnyEvent = {
  type: 'room.moved',
  at: 1,
  room: 'standup',
  from: 'sfu-1',
  to: 'sfu-2',
  why: 'down',
};

/** Somebody who tells everybody. */
interface Teller {
  readonly url: string;
  tell(): void;
  close(): Promise<void>;
}

export async function eventsBench(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const count of SUBSCRIBERS) {
    const bare = await fanOut(await bareWs(), count);
    const ours = await fanOut(await roomlb(), count);
    const group = `events, ${count.toLocaleString('en-GB')} subscribers`;
    rows.push(
      { group, name: 'ws, a loop over all', value: bare, unit: 'ms' },
      {
        group,
        name: '/v1/events',
        value: ours,
        unit: 'ms',
        ratio: { of: 'ws', value: ours / bare },
        aim: '≤ 1.5 × ws',
      },
    );
  }
  return rows;
}

/** Milliseconds until the last of them has it, the median of some rounds. */
async function fanOut(teller: Teller, count: number): Promise<number> {
  const readers = fork(
    fileURLToPath(new URL('event-readers.mjs', import.meta.url)),
    [teller.url, `${count}`],
    {
      execArgv: [],
    },
  );
  await once(readers, 'message');
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const heard = once(readers, 'message');
    const begin = performance.now();
    teller.tell();
    await heard;
    times.push(performance.now() - begin);
  }
  readers.kill();
  await once(readers, 'exit');
  await teller.close();
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
}

async function bareWs(): Promise<Teller> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  const text = JSON.stringify({ version: 1, epoch: '0123456789ab', seq: 1, ...EVENT });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${portOf(server)}`,
    tell() {
      for (const socket of sockets.clients) socket.send(text);
    },
    async close() {
      sockets.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function roomlb(): Promise<Teller> {
  const bus = new EventBus((error) => {
    throw error;
  });
  const store = memoryStore();
  const dispatcher = new Dispatcher(store.claims, clusterOf(10), { events: bus });
  const app = await buildServer({
    dispatcher,
    editor: new TopologyEditor(store.topology, dispatcher),
    targets: TARGETS,
    ready: () => Promise.resolve(undefined),
    events: { stream: new EventStream(bus), now: Date.now },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `ws://127.0.0.1:${portOf(app.server)}/v1/events`,
    tell: () => bus.emit(EVENT),
    close: () => app.close(),
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
