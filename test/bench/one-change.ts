/** One node of many changes, on a live engine: the time and the commands, beside what there is without a driver. */
import { performance } from 'node:perf_hooks';
import type { Intent } from '../../src/intent/model.ts';
import type { Driver } from '../../src/targets/driver.ts';
import { intentOf } from '../targets/documents.ts';
import { clusterOf } from './cluster.ts';
import type { BenchRow } from './row.ts';

const SIZES = [10, 100, 1000];
const RUNS = 3;

export interface Contender<State, Action> {
  readonly name: string;
  readonly driver: Driver<State, Action>;
  /** What the action tells the engine, as lines. */
  readonly commands: (action: Action) => number;
  /** Without the driver. */
  readonly rival: string;
  readonly whole: (intent: Intent) => Promise<void>;
}

/** @param sizes in nodes */
export async function rowsOf<State, Action>(
  contender: Contender<State, Action>,
  sizes: readonly number[] = SIZES,
): Promise<BenchRow[]> {
  const { name, driver, rival, whole } = contender;
  const rows: BenchRow[] = [];
  for (const size of sizes) {
    const intents = [intentOfSize(size, false), intentOfSize(size, true)] as const;
    await change(contender, intents[0]);
    const runs: Run[] = [];
    for (let i = 1; i <= RUNS; i++) runs.push(await change(contender, intents[i % 2 ? 1 : 0]));
    const wholes: number[] = [];
    for (let i = 0; i < RUNS; i++) wholes.push(await timeOf(() => whole(intents[i % 2 ? 1 : 0])));
    const [ours, theirs] = [median(runs.map(({ ms }) => ms)), median(wholes)];
    const ratio = { of: rival, value: ours / theirs };
    const group = `change one node: ${name}`;
    rows.push(
      { group, name: `${size} nodes: read, plan, apply`, value: ours, unit: 'ms', ratio },
      { group, name: `${size} nodes: ${rival}`, value: theirs, unit: 'ms' },
      {
        group,
        name: `${size} nodes: commands`,
        value: Math.max(...runs.map(({ commands }) => commands)),
        unit: '',
        aim: 'the same for all sizes',
      },
    );
    process.stderr.write(`bench: ${driver.target}, ${size} nodes\n`);
  }
  return rows;
}

interface Run {
  readonly ms: number;
  readonly commands: number;
}

async function change<State, Action>(
  { driver, commands }: Contender<State, Action>,
  intent: Intent,
): Promise<Run> {
  let told = 0;
  const ms = await timeOf(async () => {
    const plan = driver.plan(await driver.read(), driver.desired(intent));
    told = plan.steps.reduce((sum, { action }) => sum + commands(action), 0);
    await driver.apply(plan, { signal: new AbortController().signal });
  });
  const [left] = driver.plan(await driver.read(), driver.desired(intent)).steps;
  if (left) throw new Error(`${driver.target}: this was left undone: ${left.text}`);
  return { ms, commands: told };
}

/** @param changed the node in the middle has another weight and another IPv4 address */
function intentOfSize(size: number, changed: boolean): Intent {
  const topology = clusterOf(size);
  const nodes = topology.nodes.map((node, i) =>
    changed && i === size >> 1
      ? {
          ...node,
          weight: 50,
          addresses: node.addresses.map((address) =>
            address.family === 4 ? { ...address, text: '10.99.9.9' } : address,
          ),
        }
      : node,
  );
  return intentOf({ ...topology, nodes });
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1] ?? NaN;
}
