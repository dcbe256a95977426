/**
 * Placement: look-ups a second and evenness against other npm packages, and the time to build a table.
 *
 * On a machine that does other things as well, a single figure says little. Therefore processor time is
 * taken, not the clock's (on an idle machine they are the same), and the contenders take turns, slice by
 * slice over the same rooms: what is shown is the median of the slices, and the ratio is the median of the
 * ratios within a turn.
 */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ALGORITHMS } from '../../src/topology/model.ts';
import { buildTable, contenders, type Contender } from './contenders.ts';
import type { BenchRow } from './row.ts';

const SIZES = [10, 100, 1000];
const TURNS = 21;
/** A slice takes about this long, in seconds. */
const SLICE = 0.04;

export function placementBench(options: { rooms: number }): BenchRow[] {
  const rooms = Array.from({ length: options.rooms }, (_, i) => `room-${i}`);
  return [...SIZES.flatMap((nodes) => lookUps(nodes, rooms)), ...builds()];
}

function lookUps(nodes: number, rooms: readonly string[]): BenchRow[] {
  const entries = contenders(nodes).map((contender) => ({
    contender,
    spread: spread(contender, nodes, rooms),
    slice: sliceFor(contender, rooms),
    from: 0,
    rates: [] as number[],
  }));
  for (let turn = 0; turn < TURNS; turn++) {
    for (const entry of entries) {
      if (entry.from + entry.slice > rooms.length) entry.from = 0;
      const seconds = time(() => entry.contender.run(rooms, entry.from, entry.from + entry.slice));
      entry.from += entry.slice;
      entry.rates.push(entry.slice / seconds);
    }
  }
  const rivals = entries.filter(({ contender }) => contender.rival);
  const fastest = rivals.reduce((a, b) => (median(b.rates) > median(a.rates) ? b : a));
  const speed = entries.map(({ contender, rates }): BenchRow => ({
    group: `look-ups, ${nodes} nodes`,
    name: contender.name,
    value: median(rates),
    unit: '/s',
    ratio: { of: fastest.contender.name, value: median(rates.map((rate, i) => rate / fastest.rates[i]!)) },
    ...(contender.name === 'maglev' ? { aim: 'ratio ≥ 2' } : {}),
  }));
  const evenness = entries.map(({ contender, spread: value }): BenchRow => ({
    group: `spread of ${rooms.length.toLocaleString('en-GB')} rooms, ${nodes} nodes`,
    name: contender.name,
    value,
    unit: 'max/mean',
    ...(contender.name === 'maglev' && nodes === 100 ? { aim: '≤ 1.03' } : {}),
  }));
  return [...speed, ...evenness];
}

/** Rooms on the fullest node over the mean. Asks for every room, and so warms the contender up. */
function spread(contender: Contender, nodes: number, rooms: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const room of rooms) {
    const node = contender.lookUp(room);
    counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return Math.max(...counts.values()) / (rooms.length / nodes);
}

/** How many rooms the contender looks up in the time of a slice, once its loop is compiled. */
function sliceFor(contender: Contender, rooms: readonly string[]): number {
  let slice = Math.min(1000, rooms.length);
  for (;;) {
    const seconds = time(() => contender.run(rooms, 0, slice));
    if (seconds >= SLICE || slice === rooms.length) return slice;
    slice = Math.min(slice * 2, rooms.length);
  }
}

/** Table build time, warm: the machine code is there, as in a process that has built a table before. */
function builds(): BenchRow[] {
  const aims: Record<string, string> = { 'maglev 100': '≤ 5 ms', 'maglev 1000': '≤ 15 ms' };
  return ALGORITHMS.flatMap((name) =>
    [100, 1000].map((nodes): BenchRow => {
      const ids = Array.from({ length: nodes }, (_, i) => `sfu-${i + 1}`);
      const times = Array.from({ length: TURNS }, () => time(() => buildTable(name, ids)));
      const aim = aims[`${name} ${nodes}`];
      return {
        group: 'table build, warm',
        name: `${name}, ${nodes} nodes`,
        value: median(times) * 1000,
        unit: 'ms',
        ...(aim === undefined ? {} : { aim }),
      };
    }),
  );
}

/** Seconds of processor time. */
function time(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.table(
    placementBench({ rooms: 1_000_000 }).map(({ ratio, ...row }) => ({
      ...row,
      ratio: ratio && `${ratio.value.toFixed(2)} × ${ratio.of}`,
    })),
  );
}
