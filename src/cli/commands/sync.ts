import { Option, type Command } from 'commander';
import { AgentClient } from '../../dispatcher-client/client.ts';
import { EventBus } from '../../events/bus.ts';
import { logEvents } from '../../events/log.ts';
import { systemClock } from '../../health/clock.ts';
import { runAgent } from '../../service/agent.ts';
import type { Balancer } from '../../targets/balancer.ts';
import { ENGINE_DEFAULTS } from '../../topology/balancers/balancer.ts';
import type { Topology } from '../../topology/model.ts';
import { accessOf, tokenFileOption, type AccessOptions } from '../access.ts';
import {
  engineOf,
  findBalancer,
  probesOption,
  reaching,
  signallingProbe,
  stateFolderOption,
} from '../balancers.ts';
import type { Cli } from '../cli.ts';
import { readTopology } from '../context.ts';
import { baseOf } from '../dispatcher-client.ts';
import { CliError, EXIT } from '../exit.ts';
import { createLogger, LOG_LEVELS, type LogLevel } from '../logger.ts';
import type { Io } from '../output.ts';

interface Options extends AccessOptions {
  readonly dispatcher: readonly string[];
  readonly topology?: string;
  readonly stateDir: string;
  readonly probes: boolean;
  readonly logLevel: LogLevel;
}

export function addSync(program: Command, { io }: Cli): void {
  program
    .command('sync')
    .description('agent on a balancer host: follow a dispatcher, keep the balancer as wanted, report back')
    .argument('<target>', 'id of a balancer, or the name of its target where there is but one of it')
    .requiredOption('-d, --dispatcher <url...>', 'dispatchers to follow, one at a time')
    .addOption(tokenFileOption())
    .option(
      '-t, --topology <file>',
      'take how the engine is reached (balancers:) from this file, not from the dispatcher',
    )
    .addOption(stateFolderOption())
    .addOption(probesOption())
    .addOption(new Option('--log-level <level>', 'how much to log').choices(LOG_LEVELS).default('info'))
    .addHelpText(
      'after',
      `
Programs and commands to run are taken from a file on this host only: a balancer that names any needs --topology.
While no dispatcher answers, what was wanted last is kept.

Its token (ROOMLB_TOKEN or --token-file) needs the scopes read and engines:apply.

Examples:
  $ roomlb sync lb-1 --dispatcher http://127.0.0.1:8080
  $ roomlb sync haproxy --dispatcher https://d1.example.net https://d2.example.net --topology /etc/roomlb/topology.yaml
`,
    )
    .action((name: string, options: Options) => sync(io, name, options));
}

async function sync(io: Io, name: string, options: Options): Promise<void> {
  const access = await accessOf(io, options, options.dispatcher);
  const dispatchers = options.dispatcher.map((url) => new AgentClient(new URL(baseOf(url)), access));
  const topology = await topologyFor(io, options, dispatchers);
  const balancer = findBalancer(topology, name);
  if (options.topology === undefined) mustRunNothingUnusual(balancer);
  const engine = engineOf(balancer, {
    cluster: topology.cluster,
    stateFolder: options.stateDir,
    probe: options.probes ? signallingProbe(topology, true) : undefined,
  });
  const logger = createLogger(options.logLevel);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  logger.info(
    { balancer: balancer.id, where: engine.driver.where },
    `following ${dispatchers[0]?.url ?? ''}`,
  );
  const events = new EventBus((err) => logger.error({ err }, 'a listener to events failed'));
  logEvents(events, logger);
  await runAgent({ dispatchers, engine, clock: systemClock, logger, events }, stop.signal);
}

async function topologyFor(io: Io, options: Options, dispatchers: readonly AgentClient[]): Promise<Topology> {
  if (options.topology !== undefined) return readTopology(io, options.topology);
  let failure: unknown = new CliError(EXIT.badInput, 'no dispatcher was named');
  for (const dispatcher of dispatchers) {
    try {
      return await reaching(() => dispatcher.topology());
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** Whoever can change the dispatcher's topology, or what comes over the network, must not run programs here. */
function mustRunNothingUnusual(balancer: Balancer): void {
  const named = programsOf(balancer).filter(([key, program]) => program !== usual(balancer, key));
  const [first] = named;
  if (!first) return;
  throw new CliError(
    EXIT.badInput,
    `balancer ${balancer.id} names a program (${first[0]}: ${first[1]}), and the dispatcher is not trusted with that: ` +
      'declare the balancer in a file here, and name it by --topology',
  );
}

function programsOf(balancer: Balancer): [key: string, program: string][] {
  return Object.entries(balancer).flatMap(([key, value]): [string, string][] => {
    if (['binary', 'nft', 'conntrack', 'ipvsadm'].includes(key)) return [[key, String(value)]];
    if (key.endsWith('Command') && Array.isArray(value)) return [[key, value.join(' ')]];
    return [];
  });
}

function usual({ target }: Balancer, key: string): unknown {
  const defaults: Readonly<Record<string, Readonly<Record<string, string>>>> = ENGINE_DEFAULTS;
  return defaults[target]?.[key];
}
