/** Runs a media node from its options to its last signal. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Access } from '../http/access.ts';
import { assignmentOf, AssignmentError } from '../media-node/assignment.ts';
import { BackOff } from '../back-off.ts';
import { register } from '../media-node/dispatchers.ts';
import { loadMediasoup, MediasoupMissing } from '../media-node/load-mediasoup.ts';
import { MediaNode } from '../media-node/media-node.ts';
import type { Mediasoup } from '../media-node/mediasoup.ts';
import type { Assignment } from '../media-node/protocol.ts';
import type { Identity } from '../media-node/signalling/server.ts';
import type { CredentialKeeper } from '../media-node/credential-keeper.ts';
import { VERSION } from '../version.ts';
import { accessOf, warnOfTheClear } from './access.ts';
import { readTopology } from './context.ts';
import { CliError, EXIT } from './exit.ts';
import { createLogger, type LogLevel } from './logger.ts';
import { credentialKeeperOf, type NodeCredentialOptions } from './node-credential.ts';
import type { Io } from './output.ts';
import { keepReloading } from './reloading.ts';
import { readIdentity, renewedClientTls, type ClientTlsOptions } from './tls-files.ts';

export interface MediaNodeOptions extends NodeCredentialOptions, ClientTlsOptions {
  readonly dispatcher?: readonly string[];
  readonly topology?: string;
  readonly stunPort?: string;
  readonly stun: boolean;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly drainLimit: string;
  readonly logLevel: LogLevel;
}

export async function runMediaNode(io: Io, node: string, options: MediaNodeOptions): Promise<void> {
  const dispatchers = (options.dispatcher ?? []).map(parseUrl);
  const drainLimit = parseSeconds(options.drainLimit);
  const stunPort = options.stunPort === undefined ? undefined : parsePort(options.stunPort);
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(node))
    throw new CliError(EXIT.badInput, `no node id: ${node}`);
  if (dispatchers.length === 0 && options.topology === undefined) {
    throw new CliError(EXIT.badInput, 'say where the topology is: --dispatcher URL, or --topology FILE');
  }
  const tls = await readIdentity(options);
  const shown = await renewedClientTls(options);
  const logger = createLogger(options.logLevel, { node });
  const keeper = await credentialKeeperOf(options, { node, dispatchers, tls: shown.current, logger });
  const tokens = keeper
    ? kept(io, keeper, options.dispatcher)
    : await accessOf(io, options, options.dispatcher ?? []);
  const access: Access = {
    ...tokens,
    get tls() {
      return shown.current();
    },
  };
  const keeping = new AbortController();
  void keeper?.run(keeping.signal);
  const stopReloading = keepReloading(shown.reloadables, logger);
  try {
    await work(io, options, { node, dispatchers, access, keeper, tls, logger, drainLimit, stunPort });
  } finally {
    stopReloading();
    keeping.abort();
  }
}

interface Work {
  readonly node: string;
  readonly dispatchers: readonly URL[];
  readonly access: Access;
  readonly keeper: CredentialKeeper | undefined;
  readonly tls: Identity | null;
  readonly logger: Logger;
  /** Seconds. */
  readonly drainLimit: number;
  readonly stunPort: number | undefined;
}

/** Until the node has left after its first signal, or at its second one. */
async function work(io: Io, options: MediaNodeOptions, given: Work): Promise<void> {
  const { node, dispatchers, access, keeper, tls, logger, drainLimit, stunPort } = given;
  const mediasoup = await load();
  const signals = watchSignals();
  const assignment =
    options.topology === undefined
      ? await askForAssignment({ dispatchers, access, keeper, node, mediasoup, logger }, signals.first)
      : fromTopology(await readTopology(io, options.topology), node);
  if (!assignment) return;
  mustHaveIdentity(assignment, tls);
  const running = await MediaNode.start({
    mediasoup,
    assignment,
    dispatchers,
    access,
    stunPort: options.stun ? (stunPort ?? assignment.stunPort ?? assignment.healthPort) : null,
    tls,
    logger,
  }).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint =
      assignment.vip.forwarding === 'nat'
        ? ''
        : '; is the VIP on this host? roomlb render node-setup puts it there';
    throw new CliError(EXIT.unreachable, `media node ${node} cannot start: ${why}${hint}`, { cause });
  });
  const { mediaPorts, healthPort, signallingPort } = assignment;
  logger.info({ mediaPorts, healthPort, signallingPort, mediasoup: mediasoup.version }, 'media node up');
  const draining = (await signals.first) === 'SIGTERM' ? running.drain(drainLimit) : running.stop();
  // A second signal does not wait for rooms.
  await Promise.race([draining, signals.second.then(() => running.stop())]);
}

function kept(io: Io, keeper: CredentialKeeper, dispatchers: readonly string[] = []): Access {
  warnOfTheClear(io, dispatchers);
  return { token: () => keeper.token, refused: () => keeper.refused() };
}

/** The first two SIGTERM or SIGINT, from now on. */
function watchSignals(): { first: Promise<NodeJS.Signals>; second: Promise<NodeJS.Signals> } {
  const resolvers: ((signal: NodeJS.Signals) => void)[] = [];
  const next = () => new Promise<NodeJS.Signals>((resolve) => resolvers.push(resolve));
  const signals = { first: next(), second: next() };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolvers.shift()?.(signal));
  return signals;
}

async function load(): Promise<Mediasoup> {
  try {
    return await loadMediasoup();
  } catch (error) {
    if (error instanceof MediasoupMissing)
      throw new CliError(EXIT.unreachable, error.message, { cause: error });
    throw error;
  }
}

interface Asking {
  readonly dispatchers: readonly URL[];
  readonly access: Access;
  readonly keeper: CredentialKeeper | undefined;
  readonly node: string;
  readonly mediasoup: Mediasoup;
  readonly logger: Logger;
}

/** Asks until a dispatcher answers; undefined where a signal came first. */
async function askForAssignment(
  { dispatchers, access, keeper, node, mediasoup, logger }: Asking,
  signal: Promise<unknown>,
): Promise<Assignment | undefined> {
  const stop = new AbortController();
  void signal.then(() => stop.abort());
  // Without it, each dispatcher would only say that it is not there.
  if (keeper) await Promise.race([keeper.ready, signal]);
  const backOff = new BackOff({ first: 0.5, most: 15 });
  const registration = { instance: randomUUID(), version: VERSION, mediasoup: mediasoup.version };
  for (let attempt = 0; !stop.signal.aborted; attempt++) {
    const dispatcher = dispatchers[attempt % dispatchers.length];
    if (!dispatcher) return undefined;
    try {
      return await register({ url: dispatcher, access }, node, registration);
    } catch (error) {
      logger.warn({ reason: error instanceof Error ? error.message : String(error) }, 'no assignment yet');
    }
    await sleep(backOff.next() * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  return undefined;
}

function fromTopology(topology: Parameters<typeof assignmentOf>[0], node: string): Assignment {
  try {
    return assignmentOf(topology, node);
  } catch (error) {
    if (error instanceof AssignmentError) throw new CliError(EXIT.badInput, error.message, { cause: error });
    throw error;
  }
}

function mustHaveIdentity({ tls, vip, signallingPort }: Assignment, identity: Identity | null): void {
  if (identity || tls !== 'passthrough' || signallingPort === null) return;
  const why = `TLS of VIP ${vip.id} ends on the node`;
  throw new CliError(EXIT.badInput, `${why}: give --tls-certificate and --tls-key`);
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new CliError(EXIT.badInput, `--dispatcher ${text}: write an http or https URL`);
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new CliError(EXIT.badInput, `--stun-port ${text}: write a port from 1 to 65535`);
}

function parseSeconds(text: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (seconds <= 604_800) return seconds;
  throw new CliError(EXIT.badInput, `--drain-limit ${text}: write whole seconds, at most a week (604800)`);
}
