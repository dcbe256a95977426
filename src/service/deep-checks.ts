/** Asks, at the times that the topology names, everything that could be asked of nodes. */
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import type { EventSink } from '../events/bus.ts';
import type { Clock } from '../health/clock.ts';
import { contradictions, type Contradiction } from '../health/contradiction.ts';
import { planDeep } from '../health/deep-plan.ts';
import type { NodeHealth } from '../health/detector/records.ts';
import { probeNow } from '../health/probe-now.ts';
import type { Probes } from '../health/probe.ts';
import type { Periodically } from '../schedule/trigger.ts';

export interface DeepChecksOptions {
  readonly dispatcher: Dispatcher;
  readonly probes: Probes;
  /** What is believed of a node now; undefined where nothing of it is checked all the time. */
  readonly health: (node: string) => NodeHealth | undefined;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly periodically: Periodically;
}

/** Nodes that are asked at once: each takes up to 64 sockets. */
const AT_ONCE = 8;

/**
 * Begins, and follows what is declared from then on.
 *
 * @returns ends it; a check that is under way ends with the probes that are
 */
export function startDeepChecks(options: DeepChecksOptions): () => Promise<void> {
  const { dispatcher, logger } = options;
  let current = scheduleOf(dispatcher);
  const begin = () => {
    if (!current) return () => Promise.resolve();
    const stop = new AbortController();
    const end = options.periodically({
      ...current,
      work: () => checkAll(options, stop.signal),
      onError: (err) => logger.warn({ err }, 'a deep check failed'),
    });
    return () => {
      stop.abort();
      return end();
    };
  };
  let end = begin();
  const forget = dispatcher.onChange(() => {
    const next = scheduleOf(dispatcher);
    if (isDeepStrictEqual(next, current)) return;
    current = next;
    void end();
    end = begin();
  });
  return () => {
    forget();
    return end();
  };
}

function scheduleOf({ declared: { health } }: Dispatcher) {
  return health.enabled ? health.deepCheck : null;
}

/**
 * Asks all nodes, and an interval later once more those that contradicted what is believed of them: a packet may be
 * lost, and a node may have gone down just now. What does so twice is told. No state changes by it.
 */
async function checkAll(options: DeepChecksOptions, stop: AbortSignal): Promise<void> {
  const { dispatcher, events, clock } = options;
  const { nodes, health } = dispatcher.declared;
  const first = await askAll(options, ids(nodes), stop);
  const doubtful = [...first.found.keys()];
  if (doubtful.length > 0) await pause(clock, health.interval, stop);
  const second = await askAll(options, doubtful, stop);
  if (stop.aborted) return;
  let told = 0;
  for (const [node, found] of second.found) {
    const before = new Set(ids(first.found.get(node) ?? []));
    for (const { id, ...contradiction } of found) {
      if (!before.has(id)) continue;
      told++;
      events.emit({ type: 'deep-check.contradiction', at: clock.now(), node, ...contradiction });
    }
  }
  const { nodes: asked, probes } = first;
  events.emit({ type: 'deep-check.done', at: clock.now(), nodes: asked, probes, contradictions: told });
}

interface Found {
  nodes: number;
  probes: number;
  /** By node, of those that contradict. */
  readonly found: Map<string, readonly Contradiction[]>;
}

/** Nodes that are gone meanwhile are left out. */
async function askAll(
  { dispatcher, probes, health }: DeepChecksOptions,
  nodes: readonly string[],
  stop: AbortSignal,
): Promise<Found> {
  const sum: Found = { nodes: 0, probes: 0, found: new Map() };
  const queue = nodes.values();
  const worker = async () => {
    for (const id of queue) {
      if (stop.aborted) return;
      const { topology, nodes: known } = dispatcher.snapshot.view;
      const node = known.get(id);
      const endpoints = node ? planDeep(topology, node) : [];
      if (endpoints.length === 0) continue;
      const results = await probeNow(endpoints, probes);
      sum.nodes++;
      sum.probes += results.length;
      const found = contradictions(health(id), results);
      if (found.length > 0) sum.found.set(id, found);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return sum;
}

function ids(things: readonly { readonly id: string }[]): string[] {
  return things.map(({ id }) => id);
}

function pause(clock: Clock, milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(milliseconds, resolve);
    stop.addEventListener('abort', () => {
      cancel();
      resolve();
    });
  });
}
