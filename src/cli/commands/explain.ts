import type { Command } from 'commander';
import { explain, type Explanation } from '../../allocation/explain.ts';
import { readSnapshot } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { jsonOption, topologyOption } from '../options.ts';
import { printJson, table } from '../output.ts';
import { selectTargets, targetOption } from '../select-targets.ts';
import type { Cli } from '../cli.ts';
import { readRooms, toWishes, wishOptions, type WishOptions } from '../wishes.ts';

interface ExplainOptions extends WishOptions {
  topology: string;
  target?: string[];
  json?: true;
}

export function addExplain(program: Command, { io, exit }: Cli): void {
  const command = program
    .command('explain')
    .description('say why a room goes where it goes: every candidate, and the rules that carry the room')
    .argument('<room>', 'room name; - reads it from standard input')
    .addOption(topologyOption())
    .addOption(targetOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ roomlb explain standup
  $ roomlb explain standup --zone b --json
  $ roomlb explain standup --target f5-tmsh nftables
`,
    );
  for (const option of wishOptions()) command.addOption(option);
  command.action(async (arg: string, options: ExplainOptions) => {
    const [room, ...more] = await readRooms([arg], options.topology);
    if (room === undefined || more.length > 0) {
      throw new CliError(EXIT.badInput, 'standard input must have one line, the name of the room');
    }
    const snapshot = await readSnapshot(io, options.topology);
    const rendered = selectTargets(options.target, snapshot.view.topology).map((target) => ({
      target,
      rules: target.render(snapshot.intent).rules,
    }));
    const explanation = explain(snapshot, room, toWishes(options), rendered);
    if (!explanation.allocation) exit(EXIT.checkFailed);
    if (options.json) printJson(io, explanation);
    else io.out(describe(explanation));
  });
}

function describe({ room, hash, algorithm, pin, allocation, candidates, rules }: Explanation): string {
  const where = allocation
    ? `${room} → ${allocation.node.id} → ${allocation.vip}  ${allocation.signalling?.url ?? ''}`
    : `${room}: no node can take it`;
  const pinned = pin ? `, ${pin.strict ? 'strictly ' : ''}pinned to ${pin.node}` : '';
  const rows = candidates.map((c) => [c.rank, c.node, c.zone ?? '–', c.weight, c.verdict, c.reason]);
  const carried = rules.map(
    ({ target, rules: texts }) => `\n${target}\n${texts.map((text) => `${indent(text)}\n`).join('')}`,
  );
  return [
    `${where}\n`,
    `hash ${hash} (XXH32), ${algorithm}${pinned}\n\n`,
    table(['RANK', 'NODE', 'ZONE', 'WEIGHT', 'VERDICT', 'WHY'], rows),
    ...carried,
  ].join('');
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
