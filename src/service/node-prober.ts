import type { CheckType } from '../topology/health/config.ts';
import { planNode, probeNow, type ProbeReport } from '../health/probe-now.ts';
import type { Probes } from '../health/probe.ts';
import type { Topology } from '../topology/model.ts';

export interface NodeProberOptions {
  readonly topology: () => Topology;
  /** Null: this dispatcher sends no probes. */
  readonly probes: Probes | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What came of asking a node by all of its checks. */
export interface NodeProbeReport {
  readonly node: string;
  /** When the last probe ended: milliseconds since the epoch. */
  readonly at: number;
  readonly results: readonly ProbeReport<CheckType>[];
}

export type NodeProbeAnswer =
  | { readonly result: 'probed'; readonly report: NodeProbeReport }
  | { readonly result: 'no-such-node' }
  /** Nothing is to be sent, and why. */
  | { readonly result: 'off'; readonly why: string }
  | { readonly result: 'busy' };

/** Nodes that are asked at once: each takes up to 64 sockets. */
const MAX_AT_ONCE = 8;

/**
 * Probes nodes when somebody asks, beside the schedule and unknown to the detector: who asks often must not make
 * three timeouts out of one. Whoever asks for a node that is being asked already gets the same answer.
 */
export class NodeProber {
  readonly #options: NodeProberOptions;
  readonly #underWay = new Map<string, Promise<NodeProbeReport>>();

  constructor(options: NodeProberOptions) {
    this.#options = options;
  }

  async probe(node: string): Promise<NodeProbeAnswer> {
    const { topology, probes } = this.#options;
    const { nodes, health } = topology();
    if (!nodes.some(({ id }) => id === node)) return { result: 'no-such-node' };
    if (!probes) return { result: 'off', why: 'serve --no-probes' };
    if (!health.enabled) return { result: 'off', why: 'health: { enabled: false } in the topology' };
    const running = this.#underWay.get(node);
    if (!running && this.#underWay.size >= MAX_AT_ONCE) return { result: 'busy' };
    const asked = running ?? this.#ask(node, probes);
    return { result: 'probed', report: await asked };
  }

  #ask(node: string, probes: Probes): Promise<NodeProbeReport> {
    const { topology, now } = this.#options;
    const asked = probeNow(planNode(topology(), node), probes)
      .then((results) => ({ node, at: now(), results }))
      .finally(() => this.#underWay.delete(node));
    this.#underWay.set(node, asked);
    return asked;
  }
}
