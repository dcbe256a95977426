/** `roomlb diff TOPOLOGY --running FILE`: whether a device does what the topology says. */
import { driftOf, type Difference, type Drift } from '../import/drift.ts';
import { vrrpDrift } from '../import/drift-vrrp.ts';
import type { Seen } from '../targets/seen.ts';
import { readSnapshot } from './context.ts';
import { CliError, EXIT } from './exit.ts';
import { paint, printJson, type Io } from './output.ts';
import { readRunning } from './running.ts';
import { targetNamed } from './select-targets.ts';

export interface RunningOptions {
  /** What the device printed. */
  readonly running: string;
  readonly target?: readonly string[];
  readonly json?: true;
}

/** @returns whether they differ */
export async function compareRunning(
  io: Io,
  topology: string,
  another: string | undefined,
  { running, target: names = [], json }: RunningOptions,
): Promise<boolean> {
  const [name, ...more] = names;
  if (another !== undefined || name === undefined || more.length > 0)
    throw new CliError(
      EXIT.badInput,
      '--running takes one topology, and one --target that says what the file is of',
    );
  if (topology === '-' && running === '-')
    throw new CliError(EXIT.badInput, 'only one input can be standard input');
  const seen = await readRunning(name, running);
  const target = targetNamed(name);
  const { intent } = await readSnapshot(io, topology);
  const [file] = target.render(intent).files;
  const wanted = target.readBack?.(file?.content ?? '');
  const services = driftOf(wanted?.services ?? [], seen.services);
  const shared = vrrpDrift(wanted?.vrrp ?? [], seen.vrrp);
  const drift: Drift = { ...services, differences: [...services.differences, ...shared] };
  if (json) printJson(io, { target: name, revision: intent.revision, ...drift, unread: seen.unread });
  else io.out(describe(io, name, drift, seen));
  return drift.differences.length > 0;
}

const SIGNS = { missing: ['+', 'green'], extra: ['-', 'red'], different: ['~', 'yellow'] } as const;

function describe(io: Io, target: string, { differences, foreign }: Drift, { unread }: Seen): string {
  const lines = differences.map((one) => {
    const [sign, colour] = SIGNS[one.kind];
    return paint(io, colour, `${sign} ${said(one)}`);
  });
  const others = foreign > 0 ? `; ${foreign} services of other addresses are not looked at` : '';
  const left =
    unread.length > 0 ? `; ${unread.length} lines were not understood (roomlb import names them)` : '';
  const sum =
    differences.length === 0
      ? `${target}: the device does what the topology says`
      : `${target}: ${differences.length} differences`;
  return [...lines, `${sum}${others}${left}`, ''].join('\n');
}

function said({ kind, where, wanted, found, line }: Difference): string {
  const list = (members: readonly string[]) => (members.length > 0 ? members.join(', ') : 'nobody');
  if (kind === 'missing') return `${where}: the device lacks it (${list(wanted)})`;
  const at = line === null ? '' : `line ${line}: `;
  if (kind === 'extra') return `${at}${where}: no part of the topology (${list(found)})`;
  return `${at}${where}: ${list(found)}; wanted: ${list(wanted)}`;
}
