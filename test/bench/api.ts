/**
 * Requests per second beside a bare Fastify route that answers with a constant of the same size. Server and
 * load are in two processes; rival and subject take turns, and the median of their ratios is what counts.
 * Beside the rate by the clock stands the server's processor time per request, which neighbours on the
 * machine disturb less.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatTopology } from '../../src/topology/format.ts';
import { clusterOf } from './cluster.ts';
import { load, median, type Load, type Request } from './load.ts';
import type { BenchRow } from './row.ts';
import { startDispatcher, startServer, type ServerProcess } from './server-process.ts';

const NODES = 100;
const SECONDS = 3;
const ROUNDS = 5;
const CONNECTIONS = 50;
const PREVIEW_ROOMS = 10;
const BARE = fileURLToPath(new URL('bare-server.mjs', import.meta.url));

interface Subject {
  readonly name: string;
  readonly method: 'PUT' | 'POST';
  readonly route: string;
  readonly store: 'memory' | 'file';
  request(sequence: number): Request;
}

const put = (store: Subject['store'], fresh: boolean): Subject => ({
  name: `PUT /v1/rooms, ${fresh ? 'a new room each' : 'rooms that exist'}, ${store} store`,
  method: 'PUT',
  route: '/v1/rooms/:room',
  store,
  request: (sequence) => ({ path: `/v1/rooms/room-${fresh ? sequence : sequence % 1000}`, body: '{}' }),
});

const SUBJECTS: readonly Subject[] = [
  put('memory', true),
  put('memory', false),
  put('file', true),
  {
    name: `POST /v1/placements, ${PREVIEW_ROOMS} rooms each`,
    method: 'POST',
    route: '/v1/placements',
    store: 'memory',
    request: (sequence) => ({
      path: '/v1/placements',
      body: JSON.stringify({
        rooms: Array.from({ length: PREVIEW_ROOMS }, (_, i) => `room-${sequence}-${i}`),
      }),
    }),
  },
];

export async function apiBench(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'roomlb-bench-'));
  try {
    const topology = join(folder, 'topology.yaml');
    await writeFile(topology, formatTopology(clusterOf(NODES)));
    const rows: BenchRow[] = [];
    for (const [index, subject] of SUBJECTS.entries()) {
      const store = subject.store === 'file' ? `file:${join(folder, String(index))}` : 'memory';
      rows.push(...(await compare(subject, ['--topology', topology, '--store', store])));
    }
    return rows;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function compare(subject: Subject, options: readonly string[]): Promise<BenchRow[]> {
  const own = await startDispatcher(options);
  const bare = await startServer([BARE, subject.method, subject.route], await answerOf(own, subject));
  let sequence = 0;
  const { name, method } = subject;
  const next = () => subject.request(sequence++);
  const request = { name, method, connections: CONNECTIONS, seconds: SECONDS, next };
  const runs: { own: Load; bare: Load }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    runs.push({ bare: await load([bare], request), own: await load([own], request) });
  }
  await Promise.all([own.stop(), bare.stop()]);

  const of = 'a bare Fastify route';
  const aims = subject.store === 'memory';
  return [
    {
      group: 'API',
      name: subject.name,
      value: median(runs.map((run) => run.own.rate)),
      unit: 'requests/s',
      ratio: { of, value: median(runs.map((run) => run.own.rate / run.bare.rate)) },
      ...(aims ? { aim: '≥ 0.8' } : {}),
    },
    {
      group: 'API',
      name: '  its processor time',
      value: median(runs.map((run) => run.own.cpu)),
      unit: 'µs/request',
      ratio: { of, value: median(runs.map((run) => run.own.cpu / run.bare.cpu)) },
      ...(aims ? { aim: '≤ 1.25' } : {}),
    },
  ];
}

/** The constant that the rival answers with: what the subject answers. */
async function answerOf(server: ServerProcess, subject: Subject): Promise<string> {
  const { path, body } = subject.request(123_456_789);
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(server.url + path, { method: subject.method, headers, body });
  return response.text();
}
