/** The edge where everything meets: files, store, server, signals. */
import type { AddressInfo } from 'node:net';
import { isLoopback } from '../api/loopback.ts';
import { buildServer } from '../api/server.ts';
import { Dispatcher } from '../dispatcher/dispatcher.ts';
import { loadStoredTopology } from '../dispatcher/stored-topology.ts';
import { TopologyEditor } from '../dispatcher/topology-editor.ts';
import { EventBus } from '../events/bus.ts';
import { logEvents } from '../events/log.ts';
import { startMaintenance } from '../service/maintenance-service.ts';
import { openStore, StoreSpecError } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { TARGETS } from '../targets/registry.ts';
import { printFaults, readTopology } from './context.ts';
import { CliError, EXIT } from './exit.ts';
import { parseListen } from './listen.ts';
import { createLogger, type LogLevel } from './logger.ts';
import type { Io } from './output.ts';

export interface ServeOptions {
  readonly topology: string;
  readonly listen: string;
  readonly store: string;
  readonly logLevel: LogLevel;
  readonly allowRemote?: true;
  readonly allowHost: readonly string[];
}

/** How long answers that are under way may take once the server shuts down. */
const SHUTDOWN_MS = 5000;

/** Runs until SIGINT or SIGTERM, then answers what is under way and closes the store. */
export async function serve(io: Io, options: ServeOptions): Promise<void> {
  const { host, port } = parseListen(options.listen);
  if (!isLoopback(host) && !options.allowRemote) {
    throw new CliError(
      EXIT.badInput,
      `--listen ${options.listen}: requests are not authenticated, so only loopback is allowed; ` +
        'put a proxy that authenticates in front, or add --allow-remote',
    );
  }
  const logger = createLogger(options.logLevel);
  const declared = await readTopology(io, options.topology);
  const store = await open(options.store);
  try {
    const stored = await loadStoredTopology(store.topology, declared);
    if (stored.result === 'invalid') {
      printFaults(io, stored.faults);
      throw new CliError(
        EXIT.badInput,
        `${options.topology} and the changes made by REST do not fit together`,
      );
    }
    for (const entity of stored.overridden)
      logger.warn({ entity }, 'changed by REST and in the file: the file wins');

    const events = new EventBus((err) => logger.error({ err }, 'a listener to events failed'));
    logEvents(events, logger);
    const dispatcher = new Dispatcher(store.claims, stored.topology, { events });
    const endMaintenance = startMaintenance({ dispatcher, events });
    const editor = new TopologyEditor(store.topology, dispatcher);
    const app = await buildServer({
      dispatcher,
      editor,
      targets: TARGETS,
      ready: () => store.ready(),
      // Beyond loopback nobody knows under which names it is asked, unless told.
      hosts: isLoopback(host) || options.allowHost.length > 0 ? options.allowHost : undefined,
      logger,
    });
    await app.listen({ host, port }).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new CliError(EXIT.unreachable, `cannot listen on ${options.listen}: ${why}`, { cause });
    });
    const base = baseUrl(app.server.address(), host);
    const { cluster, vips, nodes } = dispatcher.snapshot.view.topology;
    logger.info(
      { cluster, vips: vips.length, nodes: nodes.length, revision: dispatcher.snapshot.revision },
      `topology ${options.topology}, store ${store.description}`,
    );
    logger.info(`try: curl -X PUT ${base}/v1/rooms/standup`);
    logger.info(`API ${base}/docs  OpenAPI ${base}/openapi.json  metrics ${base}/metrics`);
    // Whoever started it with a channel need not read the log to learn the port that the system chose.
    process.send?.({ listening: base });
    await signalled();
    logger.info('shutting down');
    endMaintenance();
    // Node spares connections on which no request was ever finished; they must not hold the store for ever.
    const impatience = setTimeout(() => app.server.closeAllConnections(), SHUTDOWN_MS);
    await app.close();
    clearTimeout(impatience);
  } finally {
    await store.close();
  }
}

async function open(spec: string): Promise<Store> {
  try {
    return await openStore(spec);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const code = cause instanceof StoreSpecError ? EXIT.badInput : EXIT.unreachable;
    throw new CliError(code, `--store ${spec}: ${why}`, { cause });
  }
}

function baseUrl(address: AddressInfo | string | null, host: string): string {
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** From the first signal on, later ones change nothing: Ctrl-C in a terminal reaches parent and child, who passes it on. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
}
