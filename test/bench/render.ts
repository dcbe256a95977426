/**
 * Processor time to render each target as clusters grow, garbage collection and all: linear growth is the
 * aim, and 10,000 nodes in under 2 s.
 */
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { TARGETS } from '../../src/targets/registry.ts';
import { clusterOf } from './cluster.ts';
import type { BenchRow } from './row.ts';

const SIZES = [10, 100, 1000, 10_000];
const RUNS = 5;

export function renderBench(): BenchRow[] {
  const rows: BenchRow[] = [];
  const build = SIZES.map((n) => median(() => buildIntent(clusterView(clusterOf(n)))));
  rows.push(...series('intent from topology', build));
  for (const target of TARGETS) {
    // Some have something to say of direct server return only, or of tunnels.
    const { forwarding } = target.capabilities;
    const mode = (['nat', 'dsr', 'tunnel'] as const).find((one) => forwarding.includes(one)) ?? 'nat';
    const intents = SIZES.map((n) => buildIntent(clusterView(clusterOf(n, mode))));
    rows.push(
      ...series(
        `render ${target.name}`,
        intents.map((intent) => median(() => target.render(intent))),
      ),
    );
  }
  return rows;
}

/** Beside each time, how much a node costs compared to a tenth of the nodes: 1 is linear, 10 is quadratic. */
function series(group: string, times: readonly number[]): BenchRow[] {
  return times.map((ms, index) => {
    const before = times[index - 1];
    const size = SIZES[index] ?? 0;
    return {
      group,
      name: `${size} nodes`,
      value: ms,
      unit: 'ms',
      ...(before === undefined
        ? {}
        : { ratio: { of: 'the time a node took before', value: ms / before / 10 } }),
      ...(size === 10_000 ? { aim: '< 2000 ms, ratio near 1' } : {}),
    };
  });
}

function median(work: () => unknown): number {
  const times = Array.from({ length: RUNS }, () => {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  }).sort((a, b) => a - b);
  return times[RUNS >> 1] ?? 0;
}
