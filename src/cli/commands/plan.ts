import type { Command } from 'commander';
import { addBalancerOptions, openBalancer, reaching, type BalancerOptions } from '../balancers.ts';
import type { Cli } from '../cli.ts';
import { jsonOption } from '../options.ts';
import { printJson } from '../output.ts';
import { planJson, planText } from '../plan-text.ts';

export function addPlan(program: Command, { io }: Cli): void {
  addBalancerOptions(program.command('plan'))
    .description('say what apply would do to a live balancer; changes nothing')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
The balancer is declared in the topology, under balancers:. What is refused needs an option of apply.

Examples:
  $ roomlb plan lb-1
  $ roomlb plan haproxy --topology topology.yaml --json
  $ roomlb plan nftables --dispatcher http://127.0.0.1:8080
`,
    )
    .action(async (name: string, options: BalancerOptions & { json?: true }) => {
      const { reconciler, intent, title, balancer, loads } = await openBalancer(io, name, options);
      const preview = await reaching(() => reconciler.preview(intent));
      if (options.json)
        printJson(io, { balancer: balancer.id, target: balancer.target, ...planJson(preview, loads) });
      else io.out(planText(io, title, preview, loads));
    });
}
