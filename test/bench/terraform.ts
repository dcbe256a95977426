/** What terraform takes for many nodes by the provider, beside as many of its own `terraform_data`, which do nothing. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { root } from '../../scripts/setup.mjs';
import { requiring } from '../terraform-provider/in-process.ts';
import { NO_TERRAFORM, terraformIn, type Terraform } from '../terraform-provider/terraform.ts';
import type { BenchRow } from './row.ts';
import { startDispatcher } from './server-process.ts';

const NODES = 500;
const PROVIDER = join(root, 'dist', 'terraform-provider', 'bin');
const RIVAL = 'terraform_data';

const TOPOLOGY = {
  cluster: 'bench',
  vips: [
    {
      id: 'public',
      addresses: ['203.0.113.10'],
      signalling: { port: 8443, tls: 'off' },
      media: { ports: '40000-40999' },
    },
  ],
  nodes: [{ id: 'first', kind: 'mediasoup', vip: 'public', addresses: ['192.0.2.1'], mediaPorts: '40000' }],
};

export async function terraformBench(): Promise<BenchRow[]> {
  if (NO_TERRAFORM !== false) {
    process.stderr.write(`bench: ${NO_TERRAFORM}\n`);
    return [];
  }
  const undo: (() => unknown)[] = [];
  try {
    const folder = await mkdtemp(join(tmpdir(), 'roomlb-bench-terraform-'));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'topology.json');
    await writeFile(file, JSON.stringify(TOPOLOGY));
    const dispatcher = await startDispatcher(['-t', file]);
    undo.push(() => dispatcher.stop());
    const t = { after: (work: () => unknown) => void undo.push(work) };
    const ours = terraformIn(t, {
      devOverrides: { 'registry.terraform.io/roomlb/roomlb': PROVIDER },
      files: { 'main.tf': nodes(dispatcher.url) },
    });
    const theirs = terraformIn(t, { files: { 'main.tf': data() } });
    await theirs.run('init');
    return await measure(ours, theirs);
  } finally {
    for (const work of undo.reverse()) await work();
  }
}

const STEPS: Readonly<Record<string, readonly string[]>> = {
  plan: ['plan', '-out=bench.bin'],
  apply: ['apply', 'bench.bin'],
  // It would end with 2 if there were something to change.
  'plan again': ['plan', '-detailed-exitcode'],
};

/** Step by step one after the other, so that what else the machine does meanwhile is the same for both. */
async function measure(ours: Terraform, theirs: Terraform): Promise<BenchRow[]> {
  const group = `terraform, ${NODES} resources`;
  const rows: BenchRow[] = [];
  for (const [name, args] of Object.entries(STEPS)) {
    const rival = await timeOf(() => theirs.run(...args));
    const own = await timeOf(() => ours.run(...args));
    const ratio = { of: RIVAL, value: own / rival };
    rows.push(
      { group, name: `${name}: roomlb_node`, value: own, unit: 'ms', ratio },
      { group, name: `${name}: ${RIVAL}`, value: rival, unit: 'ms' },
    );
  }
  return rows;
}

function nodes(url: string): string {
  return `${requiring('roomlb')}
provider "roomlb" {
  endpoint = "${url}"
}
resource "roomlb_node" "many" {
  count       = ${NODES}
  id          = "sfu-\${count.index}"
  kind        = "mediasoup"
  vip         = "public"
  addresses   = ["198.51.\${100 + floor(count.index / 250)}.\${count.index % 250 + 1}"]
  media_ports = tostring(40001 + count.index)
}
`;
}

function data(): string {
  return `resource "terraform_data" "many" {\n  count = ${NODES}\n  input = count.index\n}\n`;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
