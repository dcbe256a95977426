/**
 * Requests per second beside a bare Fastify route that answers with a constant of the same size. Server and
 * load are in two processes; rival and subject take turns, and the median of their ratios is what counts.
 */
import autocannon from 'autocannon';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BenchRow } from './row.ts';

const SECONDS = 3;
const ROUNDS = 3;
const CONNECTIONS = 50;
const PREVIEW_ROOMS = 10;

interface Subject {
  readonly name: string;
  readonly method: 'PUT' | 'POST';
  /** Server process: `memory`, `file`, or `bare`, which answers as `memory` does, with a constant. */
  readonly server: string;
  request(sequence: number): { path: string; body?: string };
}

const put = (server: string, fresh: boolean): Subject => ({
  name: `PUT /v1/rooms, ${fresh ? 'a new room each' : 'rooms that exist'}, ${server} store`,
  method: 'PUT',
  server,
  request: (sequence) => ({ path: `/v1/rooms/room-${fresh ? sequence : sequence % 1000}` }),
});

const SUBJECTS: readonly Subject[] = [
  put('memory', true),
  put('memory', false),
  put('file', true),
  {
    name: `POST /v1/placements, ${PREVIEW_ROOMS} rooms each`,
    method: 'POST',
    server: 'memory',
    request: (sequence) => ({
      path: '/v1/placements',
      body: JSON.stringify({
        rooms: Array.from({ length: PREVIEW_ROOMS }, (_, i) => `room-${sequence}-${i}`),
      }),
    }),
  },
];

export async function apiBench(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  let sequence = 0;
  for (const subject of SUBJECTS) {
    const measured = await startServer(subject.server);
    const bare = await startServer('bare');
    const rates: number[] = [];
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const rival = await load(bare.url, subject, () => sequence++);
      const rate = await load(measured.url, subject, () => sequence++);
      rates.push(rate);
      ratios.push(rate / rival);
    }
    await Promise.all([measured, bare].map(({ child }) => stop(child)));
    rows.push({
      group: 'API',
      name: subject.name,
      value: median(rates),
      unit: 'requests/s',
      ratio: { of: 'a bare Fastify route', value: median(ratios) },
      ...(subject.server === 'memory' ? { aim: '≥ 0.8' } : {}),
    });
  }
  return rows;
}

async function startServer(kind: string): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(fileURLToPath(new URL('api-server.ts', import.meta.url)), [kind], {
    execArgv: ['--import', 'tsx'],
  });
  const [url] = (await once(child, 'message')) as [string];
  return { child, url };
}

async function stop(child: ChildProcess): Promise<void> {
  child.disconnect();
  await once(child, 'exit');
}

async function load(url: string, subject: Subject, next: () => number): Promise<number> {
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: SECONDS,
    requests: [
      {
        method: subject.method,
        headers: { 'content-type': 'application/json' },
        setupRequest: (request) => {
          const { path, body = '{}' } = subject.request(next());
          return { ...request, path, body };
        },
      },
    ],
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${subject.name}: ${result.non2xx} answers other than 2xx, ${result.errors} errors`);
  }
  return result.requests.average;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
