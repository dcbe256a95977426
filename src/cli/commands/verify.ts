import type { Command } from 'commander';
import { addBalancerOptions, openBalancer, reaching, type BalancerOptions } from '../balancers.ts';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit.ts';
import { jsonOption } from '../options.ts';
import { printJson } from '../output.ts';
import { planJson, planText } from '../plan-text.ts';

export function addVerify(program: Command, { io, exit }: Cli): void {
  addBalancerOptions(program.command('verify'))
    .description('check that a live balancer is as wanted; exit code 1 and the differences where it is not')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ roomlb verify lb-1
  $ roomlb verify haproxy --dispatcher http://127.0.0.1:8080 || roomlb apply haproxy --yes
`,
    )
    .action(async (name: string, options: BalancerOptions & { json?: true }) => {
      const { reconciler, intent, title, balancer, loads } = await openBalancer(io, name, options);
      const preview = await reaching(() => reconciler.preview(intent));
      const { steps, stopped } = preview.plan;
      if (options.json)
        printJson(io, { balancer: balancer.id, target: balancer.target, ...planJson(preview, loads) });
      else io.out(planText(io, title, preview, loads));
      if (steps.length > 0) exit(EXIT.checkFailed);
      else if (stopped) exit(EXIT.unreachable);
    });
}
