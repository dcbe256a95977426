/** What commands about live balancers share: which one, what is wanted of it, and what may be done to it. */
import { Option, type Command } from 'commander';
import { clusterView } from '../cluster/view.ts';
import { AgentClient, DispatcherError } from '../dispatcher-client/client.ts';
import { buildIntent } from '../intent/build.ts';
import type { Intent } from '../intent/model.ts';
import type { VipProbe } from '../reconcile/carry-out.ts';
import type { Allowances } from '../reconcile/guards.ts';
import { LockError } from '../reconcile/lock.ts';
import type { Loads } from '../reconcile/summary.ts';
import { DEFAULT_STATE_FOLDER, openEngine, type Engine, type EngineOptions } from '../service/open-engine.ts';
import { vipProbe } from '../service/vip-probe.ts';
import type { Balancer } from '../targets/balancer.ts';
import { DriverError } from '../targets/driver.ts';
import type { Topology } from '../topology/model.ts';
import { accessOf, tokenFileOption, type AccessOptions } from './access.ts';
import { DEFAULT_TOPOLOGY, readTopology } from './context.ts';
import { baseOf } from './dispatcher-client.ts';
import { CliError, EXIT } from './exit.ts';
import { jsonOption } from './options.ts';
import type { Io } from './output.ts';
import { unwritable } from './system-error.ts';

export interface BalancerOptions extends AccessOptions {
  readonly topology?: string;
  readonly dispatcher?: string;
  readonly stateDir: string;
  /** False: nothing is asked through VIPs. */
  readonly probes?: boolean;
}

export function addBalancerOptions(command: Command): Command {
  return command
    .argument('<target>', 'id of a balancer, or the name of its target where there is but one of it')
    .option(
      '-t, --topology <file>',
      `topology file, YAML or JSON; - is standard input (default: "${DEFAULT_TOPOLOGY}")`,
    )
    .option(
      '-d, --dispatcher <url>',
      'ask this dispatcher instead: for the topology and for what its health checks make of it',
    )
    .addOption(tokenFileOption())
    .addOption(stateFolderOption());
}

/** What commands take that change an engine. */
export interface ChangeOptions extends BalancerOptions {
  readonly yes?: true;
  readonly maxRemoved?: string;
  readonly allowEmpty?: true;
  readonly json?: true;
}

export function addChangeOptions(command: Command): Command {
  return addBalancerOptions(command)
    .option('-y, --yes', 'do not ask')
    .option(
      '--max-removed <percent>',
      "share of a pool's members that may go at once (default: the balancer's, 20%)",
    )
    .option('--allow-empty', 'a pool may be left with nobody who takes new connections')
    .addOption(jsonOption());
}

/** @throws CliError for a share that is none */
export function allowancesOf({ maxRemoved, allowEmpty }: ChangeOptions): Partial<Allowances> {
  return {
    ...(maxRemoved === undefined ? {} : { maxRemoved: parsePercent(maxRemoved) }),
    allowEmpty: allowEmpty ?? false,
  };
}

export function stateFolderOption(): Option {
  return new Option('--state-dir <dir>', 'where good states, history and locks are kept').default(
    DEFAULT_STATE_FOLDER,
  );
}

export function probesOption(): Option {
  return new Option(
    '--no-probes',
    'do not ask signalling ports of VIPs before and after; otherwise what answered has to go on answering',
  );
}

/** Credentials of workers are known to dispatchers alone: signalling is all that can be asked from elsewhere. */
export function signallingProbe(topology: Topology, hurry: boolean): VipProbe {
  return vipProbe({ topology: () => topology, stun: null, hurry });
}

export interface OpenBalancer extends Engine {
  /** `haproxy lb-1 (/etc/haproxy/haproxy.cfg, …)` */
  readonly title: string;
  readonly intent: Intent;
  /** Rooms by node; null where no dispatcher was asked. */
  readonly loads: Loads;
}

/** @throws CliError */
export async function openBalancer(io: Io, name: string, options: BalancerOptions): Promise<OpenBalancer> {
  const { topology, intent, loads } = await sources(io, options);
  const engine = engineOf(findBalancer(topology, name), {
    cluster: topology.cluster,
    stateFolder: options.stateDir,
    probe: options.probes === false ? undefined : signallingProbe(topology, false),
  });
  const { balancer, driver } = engine;
  return { ...engine, title: `${balancer.target} ${balancer.id} (${driver.where})`, intent, loads };
}

/** @throws CliError where RoomLB has no driver for it */
export function engineOf(balancer: Balancer, options: EngineOptions): Engine {
  const engine = openEngine(balancer, options);
  if (engine) return engine;
  throw new CliError(
    EXIT.badInput,
    `balancer ${balancer.id}: RoomLB renders ${balancer.target}, but cannot drive it`,
  );
}

/** @throws CliError that names what there is */
export function findBalancer({ balancers }: Topology, name: string): Balancer {
  const byId = balancers.find(({ id }) => id === name);
  if (byId) return byId;
  const byTarget = balancers.filter(({ target }) => target === name);
  const [only] = byTarget;
  if (only && byTarget.length === 1) return only;
  const list = (some: readonly Balancer[]) => some.map(({ id, target }) => `${id} (${target})`).join(', ');
  const why =
    balancers.length === 0
      ? 'the topology declares no balancers: add balancers: [{ id: lb-1, target: haproxy }]'
      : byTarget.length > 1
        ? `there is more than one: ${list(byTarget)}`
        : `there are ${list(balancers)}`;
  throw new CliError(EXIT.badInput, `no balancer ${JSON.stringify(name)}; ${why}`);
}

/** Runs what reaches for engines and dispatchers: what cannot be reached has its own exit code. */
export async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const unreachable =
      cause instanceof LockError || cause instanceof DispatcherError || cause instanceof DriverError;
    if (unreachable) throw new CliError(EXIT.unreachable, cause.message, { cause });
    throw unwritable('what is remembered of balancers (--state-dir)', cause);
  }
}

async function sources(
  io: Io,
  options: BalancerOptions,
): Promise<{ topology: Topology; intent: Intent; loads: Loads }> {
  if (options.dispatcher === undefined) {
    const topology = await readTopology(io, options.topology ?? DEFAULT_TOPOLOGY);
    return { topology, intent: buildIntent(clusterView(topology)), loads: null };
  }
  const access = await accessOf(io, options, [options.dispatcher]);
  const client = new AgentClient(new URL(baseOf(options.dispatcher)), access);
  return reaching(async () => ({
    // How an engine is reached may be said on the spot.
    topology:
      options.topology === undefined ? await client.topology() : await readTopology(io, options.topology),
    intent: await client.intent(),
    loads: await client.loads(),
  }));
}

/** `20%`, to a share. */
function parsePercent(text: string): number {
  const percent = /^(\d{1,3})%$/.exec(text)?.[1];
  const share = percent === undefined ? NaN : Number(percent) / 100;
  if (share <= 1) return share;
  throw new CliError(EXIT.badInput, `--max-removed ${text}: write a whole number of per cent, such as 20%`);
}
