/**
 * Allocations per second of one, two and three dispatchers on one Redis, beside one dispatcher that keeps its claims
 * itself. All take turns, in each round every one of them, and the medians of the rounds' ratios count. Where load,
 * dispatchers and Redis share few cores, more replicas cannot answer more by the clock: the processor time that an
 * allocation costs the dispatchers, and Redis, says how far that would go on cores of their own.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatTopology } from '../../src/topology/format.ts';
import { NO_REDIS, startRedis, type RedisServer } from '../store/redis/server.ts';
import { clusterOf } from './cluster.ts';
import { load, median, type Load } from './load.ts';
import type { BenchRow } from './row.ts';
import { cpuOf, startDispatcher, type ServerProcess } from './server-process.ts';

const NODES = 100;
const SECONDS = 2;
const ROUNDS = 5;
/** Shared out among the replicas. */
const CONNECTIONS = 48;
const REPLICAS = [1, 2, 3];
const GROUP = 'PUT /v1/rooms, a new room each';

interface Subject {
  readonly name: string;
  readonly servers: readonly ServerProcess[];
}

interface Run extends Load {
  /** Processor time of Redis per request, µs. */
  readonly redis: number;
}

/** Nothing where Redis is not installed. */
export async function replicasBench(): Promise<BenchRow[]> {
  if (NO_REDIS !== false) {
    process.stderr.write(`bench: skipped replicas: ${NO_REDIS}\n`);
    return [];
  }
  const folder = await mkdtemp(join(tmpdir(), 'roomlb-bench-'));
  const redis = await startRedis();
  const subjects: Subject[] = [];
  try {
    const topology = join(folder, 'topology.yaml');
    await writeFile(topology, formatTopology(clusterOf(NODES)));
    const start = async (name: string, count: number, store: readonly string[]): Promise<void> => {
      const options = ['--topology', topology, '--store', ...store];
      const servers = await Promise.all(Array.from({ length: count }, () => startDispatcher(options)));
      subjects.push({ name, servers });
    };
    await start('memory store', 1, ['memory']);
    await start('file store', 1, [`file:${join(folder, 'store')}`]);
    for (const count of REPLICAS) {
      // Of their own each: those that wait for their turn must not follow the claims of the others.
      const store = [`redis://127.0.0.1:${redis.port}`, '--store-prefix', `replicas-${count}`];
      await start(`Redis, ${count} ${count === 1 ? 'replica' : 'replicas'}`, count, store);
    }
    return rowsOf(subjects, await measure(subjects, redis));
  } finally {
    await Promise.all(subjects.flatMap(({ servers }) => servers.map((server) => server.stop())));
    await redis.remove();
    await rm(folder, { recursive: true });
  }
}

/** By subject, then by round. */
async function measure(subjects: readonly Subject[], redis: RedisServer): Promise<Run[][]> {
  const runs = subjects.map((): Run[] => []);
  let sequence = 0;
  const next = () => ({ path: `/v1/rooms/room-${sequence++}`, body: '{}' });
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { name, servers }] of subjects.entries()) {
      const [used, begun] = [cpuOf(redis.child), sequence];
      const found = await load(servers, {
        name,
        method: 'PUT',
        connections: CONNECTIONS,
        seconds: SECONDS,
        next,
        // What was answered without Redis, since that was too slow, is no allocation by it.
        counts: (body) => !body.includes('"degraded"'),
      });
      runs[i]?.push({ ...found, redis: (cpuOf(redis.child) - used) / (sequence - begun) });
    }
  }
  return runs;
}

function rowsOf(subjects: readonly Subject[], runs: readonly (readonly Run[])[]): BenchRow[] {
  const [memory = [], file = []] = runs;
  const ratio = (of: string, own: readonly Run[], other: readonly Run[], what: 'rate' | 'cpu') => ({
    of,
    value: median(own.map((run, round) => run[what] / (other[round]?.[what] ?? NaN))),
  });
  return subjects.flatMap(({ name }, i): BenchRow[] => {
    const own = runs[i] ?? [];
    const rate = { group: GROUP, value: median(own.map((run) => run.rate)), unit: 'requests/s' };
    const cost = { group: GROUP, value: median(own.map((run) => run.cpu)), unit: 'µs/request' };
    const cpu = '  processor time of dispatchers';
    if (own === memory) {
      return [
        { ...rate, name },
        { ...cost, name: cpu },
      ];
    }
    const rows = [
      { ...rate, name, ratio: ratio('memory store', own, memory, 'rate') },
      { ...cost, name: cpu, ratio: ratio('memory store', own, memory, 'cpu') },
    ];
    if (own === file) return rows;
    const redis = { group: GROUP, value: median(own.map((run) => run.redis)), unit: 'µs/request' };
    return [
      ...rows,
      { ...rate, name: '  against the file store', ratio: ratio('file store', own, file, 'rate') },
      { ...redis, name: '  processor time of Redis' },
    ];
  });
}
