import { Option, type Command } from 'commander';
import { clusterView } from '../../cluster/view.ts';
import { buildIntent } from '../../intent/build.ts';
import type { Intent } from '../../intent/model.ts';
import { whatIf, type WhatIf } from '../../placement/what-if.ts';
import { changesText } from '../../targets/changes-text.ts';
import { diffRules, type RuleDiff } from '../../targets/rule-diff.ts';
import type { Target } from '../../targets/target.ts';
import { diffTopologies } from '../../topology/diff.ts';
import type { Topology } from '../../topology/model.ts';
import { readTopology } from '../context.ts';
import { compareRunning } from '../compare-running.ts';
import { CliError, EXIT } from '../exit.ts';
import { readLines } from '../lines.ts';
import { jsonOption } from '../options.ts';
import { printJson, table } from '../output.ts';
import { selectTargets, targetNamed, targetOption } from '../select-targets.ts';
import type { Cli } from '../cli.ts';
import { describeChanges } from '../topology-changes.ts';
import { checkRooms } from '../wishes.ts';

interface DiffOptions {
  target?: string[];
  rooms?: string;
  running?: string;
  samples: number;
  json?: true;
}

/** The most rooms that the share of moves is measured over. */
const MAX_SAMPLES = 10_000_000;

export function addDiff(program: Command, { io, exit }: Cli): void {
  program
    .command('diff')
    .description(
      'say what a change of topology would do: to rooms, to the rules of each target, and with --target which commands change a device',
    )
    .argument('<old>', 'topology file as it is')
    .argument('[new]', 'topology file as it would be; - is standard input')
    .option('--running <file>', 'with --target and one topology: what the device says, instead of a new one')
    .option('--rooms <file>', 'rooms, one a line, to tell one by one which would move; - is standard input')
    .addOption(
      new Option('--samples <n>', 'made-up rooms to measure the share over')
        .default(100_000)
        .argParser(samples),
    )
    .addOption(targetOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Moves are by hash alone. Rooms that are claimed stay where they are, whatever the hash says, unless their
node is disabled or removed.

Examples:
  $ roomlb diff topology.yaml topology.new.yaml
  $ roomlb diff topology.yaml topology.new.yaml --target f5-as3
  $ ipvsadm-save -n | roomlb diff topology.yaml --target ipvs --running -
  $ git show HEAD:lb-config/topology.yaml | roomlb diff - lb-config/topology.yaml --json
`,
    )
    .action(async (oldFile: string, newFile: string | undefined, options: DiffOptions) => {
      if (options.running !== undefined) {
        const found = await compareRunning(io, oldFile, newFile, { ...options, running: options.running });
        if (found) exit(EXIT.checkFailed);
        return;
      }
      if (newFile === undefined)
        throw new CliError(EXIT.badInput, 'name two topologies, or one with --running and --target');
      if ([oldFile, newFile, options.rooms].filter((file) => file === '-').length > 1) {
        throw new CliError(EXIT.badInput, 'only one input can be standard input');
      }
      const before = await readTopology(io, oldFile);
      const after = await readTopology(io, newFile);
      const rooms = options.rooms === undefined ? [] : await readLines(options.rooms);
      checkRooms(rooms);
      const topology = diffTopologies(before, after);
      const placement = whatIf(clusterView(before), clusterView(after), { samples: options.samples, rooms });
      const [from, to] = [intentOf(before), intentOf(after)];
      const targets = diffTargets(from, to, selectTargets(options.target, after));
      if (options.json) printJson(io, { topology, placement, targets });
      else {
        const changes = describeChanges(topology);
        io.out(changes === '' ? 'the topologies mean the same\n' : changes);
        io.out(`\n${describeMoves(placement, rooms.length)}`);
        io.out(`\n${describeTargets(targets)}`);
        for (const text of commandsFor(from, to, options.target ?? [])) io.out(`\n${text}`);
      }
    });
}

interface TargetDiff extends RuleDiff {
  readonly target: string;
}

function intentOf(topology: Topology): Intent {
  return buildIntent(clusterView(topology));
}

function diffTargets(from: Intent, to: Intent, targets: readonly Target[]): TargetDiff[] {
  return targets.map((target) => ({
    target: target.name,
    ...diffRules(target.render(from).rules, target.render(to).rules),
  }));
}

/** For devices that somebody asked for by name: what is typed into them. */
function commandsFor(from: Intent, to: Intent, names: readonly string[]): string[] {
  return names.map(targetNamed).flatMap((target) => {
    const { changes } = target;
    return changes ? [changesText({ ...target, changes }, from, to)] : [];
  });
}

function describeMoves({ samples, share, ideal, moves }: WhatIf, listed: number): string {
  const percent = (value: number) => `${(value * 100).toFixed(2)} %`;
  const text = `rooms that would move: ${percent(share)} of ${samples} (the least possible: ${percent(ideal)})\n`;
  if (listed === 0) return text;
  const rows = moves.map(({ room, from, to }) => [room, from ?? '(none)', to ?? '(none)']);
  return `${text}${moves.length} of the ${listed} rooms given would move\n${
    rows.length > 0 ? table(['ROOM', 'FROM', 'TO'], rows) : ''
  }`;
}

function describeTargets(targets: readonly TargetDiff[]): string {
  const rows = targets.map((t) => [t.target, t.added, t.removed, t.changed, t.unchanged]);
  return table(['RULES OF', 'ADDED', 'REMOVED', 'CHANGED', 'UNCHANGED'], rows);
}

function samples(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= MAX_SAMPLES) return value;
  throw new CliError(EXIT.badInput, `--samples ${text}: write a whole number from 0 to ${MAX_SAMPLES}`);
}
