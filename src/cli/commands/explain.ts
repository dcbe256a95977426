import type { Command } from 'commander';
import { explain, type Explanation } from '../../allocation/explain.ts';
import { TARGETS } from '../../targets/registry.ts';
import { readSnapshot } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { jsonOption, topologyOption } from '../options.ts';
import { printJson, table } from '../output.ts';
import type { Cli } from '../cli.ts';
import { readRooms, toWishes, wishOptions, type WishOptions } from '../wishes.ts';

export function addExplain(program: Command, { io, exit }: Cli): void {
  const command = program
    .command('explain')
    .description('say why a room goes where it goes: every candidate, and the rules that carry the room')
    .argument('<room>', 'room name; - reads it from standard input')
    .addOption(topologyOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ roomlb explain standup\n  $ roomlb explain standup --zone b --json\n',
    );
  for (const option of wishOptions()) command.addOption(option);
  command.action(async (arg: string, options: WishOptions & { topology: string; json?: true }) => {
    const [room, ...more] = await readRooms([arg], options.topology);
    if (room === undefined || more.length > 0) {
      throw new CliError(EXIT.badInput, 'standard input must have one line, the name of the room');
    }
    const snapshot = await readSnapshot(io, options.topology);
    const rendered = TARGETS.map((target) => ({ target, rules: target.render(snapshot.intent).rules }));
    const explanation = explain(snapshot, room, toWishes(options), rendered);
    if (!explanation.allocation) exit(EXIT.checkFailed);
    if (options.json) printJson(io, explanation);
    else io.out(describe(explanation));
  });
}

function describe({ room, hash, algorithm, allocation, candidates, rules }: Explanation): string {
  const where = allocation
    ? `${room} → ${allocation.node.id} → ${allocation.vip}  ${allocation.signalling?.url ?? ''}`
    : `${room}: no node can take it`;
  const rows = candidates.map((c) => [c.rank, c.node, c.zone ?? '–', c.weight, c.verdict, c.reason]);
  const carried = rules.map(
    ({ target, rules: texts }) => `\n${target}\n${texts.map((text) => `${indent(text)}\n`).join('')}`,
  );
  return [
    `${where}\n`,
    `hash ${hash} (XXH32), ${algorithm}\n\n`,
    table(['RANK', 'NODE', 'ZONE', 'WEIGHT', 'VERDICT', 'WHY'], rows),
    ...carried,
  ].join('');
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
