import type { Command } from 'commander';
import { Option } from 'commander';
import { serve } from '../serve.ts';
import { stateFolderOption } from '../balancers.ts';
import { topologyOption } from '../options.ts';
import type { Cli } from '../cli.ts';
import { LOG_LEVELS, type LogLevel } from '../logger.ts';

interface ServeOptions {
  topology: string;
  listen: string;
  store: string;
  logLevel: LogLevel;
  allowRemote?: true;
  allowHost: string[];
  probes: boolean;
  apply: string[];
  stateDir: string;
}

export function addServe(program: Command, { io }: Cli): void {
  program
    .command('serve')
    .description('run a dispatcher: REST API, OpenAPI at /docs, metrics')
    .addOption(topologyOption())
    .option('-l, --listen <host:port>', 'address to listen on', '127.0.0.1:8080')
    .option('-s, --store <store>', 'where claims live: memory, or file:PATH to survive a crash', 'memory')
    .addOption(new Option('--log-level <level>', 'how much to log').choices(LOG_LEVELS).default('info'))
    .option('--allow-remote', 'listen beyond loopback although requests are not authenticated')
    .option(
      '--apply <balancer...>',
      'balancers on this host (see balancers: in the topology) to be kept as wanted, without an agent',
      [],
    )
    .addOption(stateFolderOption())
    .option('--no-probes', 'send no health probes; what media nodes report of themselves counts all the same')
    .option(
      '--allow-host <name>',
      'a host name that requests may be for, besides localhost, as a proxy in front passes it on; repeat for more',
      (name: string, names: string[]) => [...names, name],
      [],
    )
    .addHelpText(
      'after',
      `
A topology that is changed by REST is kept in the store. Started again with a file that was changed
meanwhile, the file wins for the nodes and VIPs that it changed, and the log names what it overrode.

Examples:
  $ roomlb serve --topology lb-config/local.yaml
  $ roomlb serve --store file:/var/lib/roomlb --listen 127.0.0.1:9000
  $ roomlb serve --allow-host rooms.example.net
  $ roomlb serve --no-probes
  $ roomlb serve --apply lb-1
`,
    )
    .action((options: ServeOptions) => serve(io, options));
}
