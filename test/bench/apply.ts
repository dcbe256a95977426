/**
 * One node of many changes: time to read the engine, plan and apply, and the commands that this takes, which have to
 * be as many for a thousand nodes as for ten. Beside it, on the same engine, what there is without a driver: check
 * the whole file and reload, or load the whole table.
 */
import path from 'node:path';
import { ofTarget } from '../../src/targets/balancer.ts';
import { haproxyDriver } from '../../src/targets/haproxy/driver/driver.ts';
import { nftablesDriver } from '../../src/targets/nftables/driver/driver.ts';
import { nftables } from '../../src/targets/nftables/index.ts';
import { startHaproxyService } from '../lab/haproxy-service.ts';
import { createLab, findBinary, labSkipReason, type Lab } from '../lab/netns.ts';
import { balancerFor } from '../targets/balancers.ts';
import { clusterOf } from './cluster.ts';
import { runInUml, umlSkipReason } from '../lab/uml.ts';
import { rowsOf } from './one-change.ts';
import type { BenchRow } from './row.ts';

export async function applyBench(): Promise<BenchRow[]> {
  const skip = labSkipReason(['haproxy', 'nft', 'conntrack']);
  if (skip !== false) {
    process.stderr.write(`bench: apply is left out: ${skip}\n`);
    return [];
  }
  return [...(await withLab(ofHaproxy)), ...(await withLab(ofNftables)), ...(await ofIpvs())];
}

/** Written by apply-ipvs.guest.ts. */
const ROWS = 'rows.json';

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

/** In a guest, where everything takes longer: what counts is the ratio, and the commands. */
async function ofIpvs(): Promise<BenchRow[]> {
  const skip = umlSkipReason(['ipvsadm', 'sysctl']);
  if (skip !== false) {
    process.stderr.write(`bench: apply on IPVS is left out: ${skip}\n`);
    return [];
  }
  const { code, stderr, results, console } = await runInUml({
    modules: ['ip_vs', 'ip_vs_wrr'],
    memory: 1024,
    scripts: { bench: path.join(import.meta.dirname, 'apply-ipvs.guest.ts') },
    command: [process.execPath, 'bench.mjs'],
    results: [ROWS],
  });
  if (code !== 0) throw new Error(`the guest ended with ${code}: ${stderr}${code === null ? console : ''}`);
  return JSON.parse(results.get(ROWS) ?? '[]') as BenchRow[];
}
