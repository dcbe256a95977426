/** Runs the parts of the bench one after the other, in one process and on one machine: ratios, not records. */
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { table } from '../../src/cli/output.ts';
import { apiBench } from './api.ts';
import { applyBench } from './apply.ts';
import { detectionBench } from './detection.ts';
import { eventsBench } from './events.ts';
import { failoverBench } from './failover.ts';
import { placementBench } from './placement.ts';
import { healthBench } from './health.ts';
import { renderBench } from './render.ts';
import { replicasBench } from './replicas.ts';
import type { BenchRow } from './row.ts';
import { storeBench } from './store.ts';
import { terraformBench } from './terraform.ts';

const PARTS: Record<string, () => BenchRow[] | Promise<BenchRow[]>> = {
  placement: () => placementBench({ rooms: 1_000_000 }),
  store: storeBench,
  api: apiBench,
  replicas: replicasBench,
  render: renderBench,
  events: eventsBench,
  health: healthBench,
  detection: detectionBench,
  terraform: terraformBench,
  apply: async () => [...(await applyBench()), ...(await failoverBench())],
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
const wanted = positionals.length > 0 ? positionals : Object.keys(PARTS);
const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  process.stderr.write(`bench: no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}\n`);
  process.exit(2);
}
const rows: BenchRow[] = [];
for (const name of wanted) {
  process.stderr.write(`bench: ${name}\n`);
  rows.push(...((await PARTS[name]?.()) ?? []));
}

const cells = rows.map(({ group, name, value, unit, ratio, aim }) => [
  group,
  name,
  `${format(value)} ${unit}`,
  ratio ? `${format(ratio.value)} × ${ratio.of}` : '',
  aim ?? '',
]);
process.stdout.write(table(['GROUP', 'WHAT', 'MEASURED', 'RATIO', 'AIM'], cells));
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
process.stdout.write(`\n${machine.cores} × ${machine.cpu}, Node ${machine.node}\n`);
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify({ machine, rows }, null, 2)}\n`);

function format(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en-GB') : value.toPrecision(3);
}
