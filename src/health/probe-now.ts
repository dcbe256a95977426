/** Probes a node once, beside the schedule, for whoever asks: nothing is remembered, no state changes. */
import { performance } from 'node:perf_hooks';
import type { Topology } from '../topology/model.ts';
import type { CheckType } from '../topology/health/config.ts';
import { verdictNow, type Verdict } from './detector/paths.ts';
import { targetOf, type Endpoint, type VipStunEndpoint } from './endpoint.ts';
import { hintFor, type AskedBy } from './hints.ts';
import type { Outcome } from './outcome.ts';
import { planProbes } from './plan.ts';
import { runProbe, type Probes } from './probe.ts';

/** Probes under way at once. */
const CONCURRENCY = 64;

/** What came of one probe. */
export interface ProbeReport<C extends AskedBy = AskedBy> {
  /** The endpoint's. */
  readonly id: string;
  readonly check: C;
  /** `127.0.0.1:40000/udp`; null where nothing is sent. */
  readonly target: string | null;
  readonly outcome: Outcome;
  /** Milliseconds until it was known, also where nothing came back. */
  readonly took: number;
  /** Of `vip-stun`. */
  readonly verdict?: Verdict;
  /** What to look at, where something is wrong. */
  readonly hint?: string;
}

/**
 * What would be probed of a node. Asking is a wish of its own: a disabled node, and a topology whose health
 * checks are off, are planned for all the same.
 */
export function planNode(topology: Topology, id: string): readonly Endpoint[] {
  const nodes = topology.nodes
    .filter((node) => node.id === id)
    .map((node) => ({ ...node, state: 'active' as const }));
  return planProbes({ ...topology, nodes }, { ...topology.health, enabled: true }).endpoints;
}

/** In the order of the endpoints. */
export async function probeNow(
  endpoints: readonly Endpoint[],
  probes: Probes,
): Promise<ProbeReport<CheckType>[]> {
  const asked: Asked[] = endpoints.map((endpoint) => ({ endpoint, answer: undefined }));
  const queue = asked.values();
  const worker = async () => {
    for (const each of queue) each.answer = await timed(() => runProbe(probes, each.endpoint));
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, asked.length) }, worker));
  return asked.flatMap(({ endpoint, answer }) => {
    if (!answer) return [];
    const { id, check } = endpoint;
    const verdict =
      endpoint.check === 'vip-stun' ? verdictNow(answer.outcome, directly(endpoint, asked)) : undefined;
    return [report({ id, check, target: targetOf(endpoint) }, answer, verdict)];
  });
}

interface Asked {
  readonly endpoint: Endpoint;
  answer: Timed | undefined;
}

export type Timed = Pick<ProbeReport, 'outcome' | 'took'>;

export async function timed(run: () => Promise<Outcome>): Promise<Timed> {
  const start = performance.now();
  const outcome = await run();
  return { outcome, took: performance.now() - start };
}

/** With the hint that goes with the outcome. */
export function report<C extends AskedBy>(
  what: Pick<ProbeReport<C>, 'id' | 'check' | 'target'>,
  { outcome, took }: Timed,
  verdict?: Verdict,
): ProbeReport<C> {
  const hint = hintFor(what.check, outcome, verdict);
  return {
    ...what,
    outcome,
    took,
    ...(verdict !== undefined && { verdict }),
    ...(hint !== undefined && { hint }),
  };
}

/** What the same worker said directly: the best of it, where it is asked by both transports. */
function directly({ node, port }: VipStunEndpoint, asked: readonly Asked[]): Outcome | undefined {
  const direct = asked.flatMap(({ endpoint, answer }) =>
    endpoint.check === 'stun' && endpoint.node === node && endpoint.port === port && answer
      ? [answer.outcome]
      : [],
  );
  return direct.find(({ kind }) => kind === 'ok') ?? direct[0];
}
