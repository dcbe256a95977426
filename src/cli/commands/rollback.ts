import type { Command } from 'commander';
import { askYes } from '../ask.ts';
import { addChangeOptions, allowancesOf, openBalancer, reaching, type ChangeOptions } from '../balancers.ts';
import type { Cli } from '../cli.ts';
import { CliError, EXIT } from '../exit.ts';
import { tellOutcome } from '../outcome.ts';

interface Options extends ChangeOptions {
  readonly to?: string;
}

export function addRollback(program: Command, { io, exit }: Cli): void {
  addChangeOptions(program.command('rollback'))
    .description('bring a live balancer back to the last good state that it is not in')
    .option('--to <revision>', 'to the state of this revision instead')
    .addHelpText(
      'after',
      `
An agent (roomlb sync) does not apply again by itself what was rolled back: it waits until something else is
wanted, or until somebody calls roomlb apply.

Examples:
  $ roomlb rollback lb-1
  $ roomlb rollback haproxy --to a16e611fb4bb9453 --yes
`,
    )
    .action(async (name: string, options: Options) => {
      const allowed = allowancesOf(options);
      const { reconciler, balancer, loads } = await openBalancer(io, name, options);
      const good = await reaching(() => reconciler.memory.recall());
      if (good.good.length === 0) throw nothing(balancer.id);
      if (!options.yes && !(await askYes(`roll ${balancer.id} back?`))) {
        io.err('not rolled back\n');
        exit(EXIT.checkFailed);
        return;
      }
      const outcome = await reaching(() =>
        reconciler.rollback({
          ...(options.to === undefined ? {} : { revision: options.to }),
          ...allowed,
          onStep: (text) => io.err(`${text}\n`),
        }),
      );
      if (!outcome) throw nothing(balancer.id, options.to);
      exit(tellOutcome(io, balancer.id, outcome, { json: options.json ?? false, loads }));
    });
}

function nothing(balancer: string, revision?: string): CliError {
  const what = revision === undefined ? 'no other good state' : `no good state of revision ${revision}`;
  return new CliError(
    EXIT.badInput,
    `${balancer}: ${what} is remembered to go back to; roomlb apply makes one`,
  );
}
