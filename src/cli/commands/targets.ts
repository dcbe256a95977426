import type { Command } from 'commander';
import { capabilityCells } from '../../targets/capability-cells.ts';
import { TARGETS } from '../../targets/registry.ts';
import { jsonOption } from '../options.ts';
import { printJson, table } from '../output.ts';
import type { Cli } from '../cli.ts';

export function addTargets(program: Command, { io }: Cli): void {
  program
    .command('targets')
    .description('print what each target can carry')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  $ roomlb targets\n  $ roomlb targets --json\n')
    .action((options: { json?: true }) => {
      if (options.json) {
        printJson(
          io,
          TARGETS.map(({ name, title, capabilities }) => ({ name, title, ...capabilities })),
        );
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
