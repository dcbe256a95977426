/**
 * One node of many changes: time to read the engine, plan and apply, and the commands that this takes, which have to
 * be as many for a thousand nodes as for ten. Beside it, on the same engine, what there is without a driver: check
 * the whole file and reload, or load the whole table.
 */
import { performance } from 'node:perf_hooks';
import type { Intent } from '../../src/intent/model.ts';
import { ofTarget } from '../../src/targets/balancer.ts';
import type { Driver } from '../../src/targets/driver.ts';
import { haproxyDriver } from '../../src/targets/haproxy/driver/driver.ts';
import { nftablesDriver } from '../../src/targets/nftables/driver/driver.ts';
import { nftables } from '../../src/targets/nftables/index.ts';
import { startHaproxyService } from '../lab/haproxy-service.ts';
import { createLab, findBinary, labSkipReason, type Lab } from '../lab/netns.ts';
import { balancerFor } from '../targets/balancers.ts';
import { intentOf } from '../targets/documents.ts';
import { clusterOf } from './cluster.ts';
import type { BenchRow } from './row.ts';

const SIZES = [10, 100, 1000];
const RUNS = 3;

interface Contender<State, Action> {
  readonly name: string;
  readonly driver: Driver<State, Action>;
  /** What the action tells the engine, as lines. */
  readonly commands: (action: Action) => number;
  /** Without the driver. */
  readonly rival: string;
  readonly whole: (intent: Intent) => Promise<void>;
}

export async function applyBench(): Promise<BenchRow[]> {
  const skip = labSkipReason(['haproxy', 'nft', 'conntrack']);
  if (skip !== false) {
    process.stderr.write(`bench: apply is left out: ${skip}\n`);
    return [];
  }
  return [...(await withLab(ofHaproxy)), ...(await withLab(ofNftables))];
}

async function withLab(bench: (lab: Lab) => Promise<BenchRow[]>): Promise<BenchRow[]> {
  const lab = await createLab(clusterOf(1));
  try {
    return await bench(lab);
  } finally {
    await lab.close();
  }
}

async function ofHaproxy(lab: Lab): Promise<BenchRow[]> {
  const service = await startHaproxyService(lab);
  const driver = haproxyDriver(service.balancer);
  try {
    return await rowsOf({
      name: 'haproxy, its weight and address',
      driver,
      commands: (action) => (action.do === 'commands' ? action.commands.length : 1),
      rival: 'haproxy -c and a reload',
      async whole(intent) {
        const { file, running } = driver.desired(intent);
        const write = { text: 'write', action: { do: 'write', text: file } } as const;
        const structure = running?.structure ?? null;
        const reload = { text: 'reload', action: { do: 'reload', structure } } as const;
        const none = { changes: [], pools: [], singlePools: 0, foreign: [], notes: [] };
        await driver.apply({ ...none, steps: [write, reload] }, { signal: new AbortController().signal });
      },
    });
  } finally {
    await service.stop();
  }
}

function ofNftables(lab: Lab): Promise<BenchRow[]> {
  const tools = { nft: findBinary('nft') ?? 'nft', conntrack: findBinary('conntrack') ?? 'conntrack' };
  const balancer = { ...ofTarget(balancerFor('nftables'), 'nftables'), namespace: lab.lb, ...tools };
  return rowsOf({
    name: 'nftables, its weight and address',
    driver: nftablesDriver(balancer, 'bench'),
    commands: (action) =>
      action.do === 'load' ? action.script.trim().split('\n').length : action.flows.length,
    rival: 'nft -f of the whole table',
    async whole(intent) {
      const script = nftables.render(intent).files[0]?.content ?? '';
      await lab.check(lab.lb, 'nft', ['-f', '-'], { input: script });
    },
  });
}

async function rowsOf<State, Action>(contender: Contender<State, Action>): Promise<BenchRow[]> {
  const { name, driver, rival, whole } = contender;
  const rows: BenchRow[] = [];
  for (const size of SIZES) {
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
