import type { Command } from 'commander';
import { capabilityCells } from '../../targets/capability-cells.ts';
import { targetDocument } from '../../targets/document.ts';
import { TARGETS } from '../../targets/registry.ts';
import { jsonOption } from '../options.ts';
import { printJson, table } from '../output.ts';
import { targetNamed } from '../select-targets.ts';
import type { Cli } from '../cli.ts';

export function addTargets(program: Command, { io }: Cli): void {
  program
    .command('targets')
    .description('print what each target can carry, or all about one')
    .argument('[target]', 'how to load, drain and roll back this one, with its limits')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ roomlb targets\n  $ roomlb targets f5-tmsh\n  $ roomlb targets --json\n',
    )
    .action((wanted: string | undefined, options: { json?: true }) => {
      const targets = wanted === undefined ? TARGETS : [targetNamed(wanted)];
      if (options.json) {
        const list = targets.map(({ name, kind, title, capabilities, guide }) => {
          return { name, kind, title, ...capabilities, guide };
        });
        printJson(io, list);
        return;
      }
      if (wanted !== undefined) {
        io.out(targets.map(targetDocument).join(''));
        return;
      }
      const rows = TARGETS.map((target) => [target.name, ...capabilityCells(target, ' ')]);
      io.out(
        table(
          ['TARGET', 'UDP', 'TCP', 'FORWARDING', 'IPV6', 'NODE NAMED BY', 'HEALTH', 'DRAIN', 'VERSIONS'],
          rows,
        ),
      );
    });
}
