import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import type { Detector } from '../health/detector/detector.ts';
import {
  nodeReport,
  type HealthReport,
  type Known,
  type NodeReportWithHistory,
  type Probing,
} from '../health/report.ts';
import type { LiveReport } from '../nodes/live-report.ts';

/** Where what is known of nodes comes from; each may be missing. */
export interface HealthSources {
  readonly probing: () => Probing;
  readonly detector: () => Detector | undefined;
  readonly live: (node: string) => LiveReport | undefined;
  /** Ids of the open maintenance windows that name the node. */
  readonly maintenance: (node: string) => readonly string[];
  readonly panicThreshold: () => number | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Of a dispatcher that neither probes nor hears of nodes. */
export const NOTHING_KNOWN: HealthSources = {
  probing: () => 'off',
  detector: () => undefined,
  live: () => undefined,
  maintenance: () => [],
  panicThreshold: () => null,
  now: Date.now,
};

/** Puts together, when asked, what is known then. */
export class HealthReader {
  readonly #dispatcher: Dispatcher;
  readonly #sources: HealthSources;

  constructor(dispatcher: Dispatcher, sources: HealthSources = NOTHING_KNOWN) {
    this.#dispatcher = dispatcher;
    this.#sources = sources;
  }

  get probing(): Probing {
    return this.#sources.probing();
  }

  report(): HealthReport {
    const { panicThreshold, now } = this.#sources;
    const detector = this.#sources.detector();
    const { view, revision } = this.#dispatcher.snapshot;
    const at = now();
    const checked = new Map(detector?.nodes(at).map((health) => [health.node, health]));
    const census = detector?.census ?? { silent: 0, answering: 0 };
    return {
      at,
      revision,
      probing: this.probing,
      panic: { on: detector?.panic ?? false, threshold: panicThreshold(), ...census },
      nodes: view.topology.nodes.map((node) =>
        nodeReport(view, node, this.#known(node.id, checked.get(node.id))),
      ),
      vips: detector?.vips() ?? [],
    };
  }

  /** Undefined for a node that the topology does not have. */
  node(id: string): NodeReportWithHistory | undefined {
    const { view } = this.#dispatcher.snapshot;
    const node = view.nodes.get(id);
    if (!node) return undefined;
    const health = this.#sources.detector()?.node(id, this.#sources.now());
    return { ...nodeReport(view, node, this.#known(id, health)), history: health?.history ?? [] };
  }

  #known(node: string, health: Known['health']): Known {
    const { live, maintenance } = this.#sources;
    return { health, live: live(node), maintenance: maintenance(node) };
  }
}
