import type { Command } from 'commander';
import type { ApplyOptions } from '../../reconcile/reconciler.ts';
import { askYes } from '../ask.ts';
import {
  addChangeOptions,
  allowancesOf,
  openBalancer,
  probesOption,
  reaching,
  type ChangeOptions,
} from '../balancers.ts';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit.ts';
import { tellOutcome } from '../outcome.ts';
import { printJson } from '../output.ts';
import { planJson, planText } from '../plan-text.ts';

interface Options extends ChangeOptions {
  readonly dryRun?: true;
  readonly adopt?: true;
  readonly plan?: string;
}

export function addApply(program: Command, { io, exit }: Cli): void {
  addChangeOptions(program.command('apply'))
    .description('bring a live balancer to what the topology wants, read it back, and undo it if it fails')
    .option('-n, --dry-run', 'only say what would be done; exit code 1 where it would be refused')
    .option('--adopt', "overwrite what is there and is not RoomLB's")
    .option('--plan <id>', 'only if the plan is still this one')
    .addOption(probesOption())
    .addHelpText(
      'after',
      `
Exit codes: 0 applied or nothing to do, 1 refused or rolled back, 2 bad input, 3 the engine cannot be reached
or somebody else is changing it.

Examples:
  $ roomlb apply lb-1
  $ roomlb apply haproxy --dry-run
  $ roomlb apply nftables --yes --max-removed 50%
  $ roomlb apply lb-1 --yes --plan "$(roomlb plan lb-1 --json | jq -r .plan)"
`,
    )
    .action(async (name: string, options: Options) => {
      const allowed = {
        ...allowancesOf(options),
        adopt: options.adopt ?? false,
        plan: options.plan ?? null,
      } satisfies ApplyOptions;
      const { reconciler, intent, title, balancer, loads } = await openBalancer(io, name, options);
      const json = options.json ?? false;
      const preview = await reaching(() => reconciler.preview(intent, allowed));
      if (options.dryRun) {
        if (json)
          printJson(io, { balancer: balancer.id, target: balancer.target, ...planJson(preview, loads) });
        else io.out(planText(io, title, preview, loads));
        if (preview.refusals.length > 0) exit(EXIT.checkFailed);
        return;
      }
      if (!json) io.out(planText(io, title, preview, loads));
      const something = preview.plan.steps.length > 0 && preview.refusals.length === 0;
      if (something && !options.yes && !(await askYes('apply it?'))) {
        io.err('not applied\n');
        exit(EXIT.checkFailed);
        return;
      }
      const onStep = (text: string) => io.err(`${text}\n`);
      // What was looked at is what is applied; another plan by now is refused.
      const seen = something ? { ...allowed, plan: options.plan ?? preview.id } : allowed;
      const outcome = await reaching(() => reconciler.apply(intent, { ...seen, onStep }));
      exit(tellOutcome(io, balancer.id, outcome, { json, loads }));
    });
}
