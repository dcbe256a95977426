/**
 * What durability costs: claims created per second in memory and on disk, by one client after the other
 * and by many at once, who share commits. The disk's own flushes stand beside it as the yardstick.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openStore } from '../../src/store/open.ts';
import type { Claim, Store } from '../../src/store/store.ts';
import type { BenchRow } from './row.ts';

const CREATE = 'claims created';
const READ = 'claims read';
const FLUSH = 'a page written and flushed';
/** Clients at once, and how many rooms they create in all on disk; in memory always the most. */
const LOADS = [
  { clients: 1, rooms: 1000 },
  { clients: 64, rooms: 20_000 },
  { clients: 1000, rooms: 100_000 },
];
const MOST = 100_000;
const FLUSHES = 500;

export async function storeBench(): Promise<BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'roomlb-bench-'));
  try {
    const memory = await measure('memory', () => MOST);
    const flush = row(CREATE, FLUSH, flushesPerSecond(directory));
    const file = await measure(`file:${join(directory, 'store')}`, (rooms) => rooms);
    return [
      ...memory,
      flush,
      ...file.map((found, i) => compare(found, memory[i])),
      ...file
        .slice(0, 1)
        .map((found) => compare({ ...found, name: `${found.name}, against the disk alone` }, flush)),
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(spec: string, roomsFor: (rooms: number) => number): Promise<BenchRow[]> {
  const kind = spec.replace(/:.*/, '');
  const store = await openStore(spec);
  try {
    const rows: BenchRow[] = [];
    for (const { clients, rooms } of LOADS) {
      const name = `${kind}, ${clients} at once`;
      rows.push(row(CREATE, name, await createsPerSecond(store, clients, roomsFor(rooms))));
    }
    rows.push(row(READ, kind, await readsPerSecond(store)));
    return rows;
  } finally {
    await store.close();
  }
}

async function createsPerSecond({ claims }: Store, clients: number, rooms: number): Promise<number> {
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < rooms) {
      const i = next++;
      await claims.create(`room-${clients}-${i}`, claimOn(`sfu-${i % 100}`));
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  return perSecond(rooms, start);
}

/** One read after the other. */
async function readsPerSecond({ claims }: Store): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < MOST; i++) await claims.get(`room-1000-${i}`);
  return perSecond(MOST, start);
}

function flushesPerSecond(directory: string): number {
  const file = openSync(join(directory, 'flushed'), 'w');
  const page = Buffer.alloc(4096, 1);
  const start = performance.now();
  for (let i = 0; i < FLUSHES; i++) {
    writeSync(file, page, 0, page.length, (i % 16) * page.length);
    fdatasyncSync(file);
  }
  closeSync(file);
  return perSecond(FLUSHES, start);
}

const perSecond = (count: number, start: number): number => (count / (performance.now() - start)) * 1000;

const row = (group: string, name: string, value: number): BenchRow => ({ group, name, value, unit: '/s' });

function compare(found: BenchRow, other: BenchRow | undefined): BenchRow {
  return other ? { ...found, ratio: { of: other.name, value: found.value / other.value } } : found;
}

function claimOn(node: string): Claim {
  return { node, kind: 'conference', zone: null, participants: null, nodeKind: null, vip: null };
}
