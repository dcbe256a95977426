import { Option, type Command } from 'commander';
import { Health, NodeHealth } from '../../api/health-schemas.ts';
import { accessOf, tokenFileOption, type AccessOptions } from '../access.ts';
import type { Cli } from '../cli.ts';
import { dispatcherClient } from '../dispatcher-client.ts';
import { durationBetween } from '../duration.ts';
import { CliError, EXIT } from '../exit.ts';
import { allUp, clusterTable, nodeTable } from '../health/table.ts';
import { watchHealth } from '../health/watch.ts';
import { dispatcherOption, jsonOption } from '../options.ts';
import { printJson } from '../output.ts';

interface HealthOptions extends AccessOptions {
  readonly dispatcher: string;
  readonly node?: string;
  readonly watch?: true;
  readonly interval: number;
  readonly json?: true;
}

export function addHealth(program: Command, { io, exit }: Cli): void {
  program
    .command('health')
    .description(
      'what a dispatcher believes of its nodes, and why: last probes, and the ways through the VIPs',
    )
    .addOption(dispatcherOption())
    .addOption(tokenFileOption())
    .option('-n, --node <id>', 'one node: every check, and its history')
    .option('-w, --watch', 'go on: drawn anew on a terminal, changes appended anywhere else; Ctrl-C ends it')
    .addOption(
      new Option('-i, --interval <duration>', 'with --watch: time between two readings')
        .default(2000, '2s')
        .argParser(durationBetween(100, 3_600_000)),
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Exit code 1: a node is not up (one that is disabled need not be). 3: the dispatcher cannot be reached.
With --watch it is that of the last reading; with --json as well, each reading is a line.

Examples:
  $ roomlb health
  $ roomlb health --watch --dispatcher http://10.0.0.5:8080
  $ roomlb health --node sfu-1
  $ roomlb health --json | jq -r '.nodes[] | select(.state != "up").node'
`,
    )
    .action(async (options: HealthOptions) => {
      const client = dispatcherClient(options.dispatcher, await accessOf(io, options, [options.dispatcher]));
      const { node: id, watch, interval, json = false } = options;
      if (id !== undefined) {
        if (watch) throw new CliError(EXIT.badInput, '--watch shows all nodes: leave out --node');
        const path = `/v1/nodes/${encodeURIComponent(id)}/health`;
        const node = await client.request('GET', path, NodeHealth);
        if (json) printJson(io, node);
        else io.out(nodeTable(node, Date.now()));
        exit(allUp([node]) ? EXIT.fine : EXIT.checkFailed);
        return;
      }
      const read = () => client.request('GET', '/v1/health', Health);
      const report = watch
        ? await watchHealth(io, { read, interval, json, stop: interrupted() })
        : await read();
      if (!watch && json) printJson(io, report);
      else if (!watch) io.out(clusterTable(report));
      exit(allUp(report.nodes) ? EXIT.fine : EXIT.checkFailed);
    });
}

function interrupted(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}
