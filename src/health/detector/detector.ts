/**
 * The detector: from outcomes of probes to the state of each node. No clock and no I/O of its own; whoever calls
 * it says what time it is (milliseconds since the epoch) and gets the events that follow. Each rule is told
 * where it is made: check.ts (rise and fall), combine.ts (worst of a node's checks), paths.ts (through the VIP),
 * damping.ts, slow-start.ts, panic.ts.
 */
import type { HealthState } from '../../cluster/view.ts';
import type { DetectorConfig } from '../../topology/health/config.ts';
import type { Endpoint } from '../endpoint.ts';
import type { HealthEvent } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import { believe, noteMeasured, type Situation } from './belief.ts';
import { Counts } from './census.ts';
import { stepCheck } from './check.ts';
import { combine } from './combine.ts';
import { evidenceOf, judgePaths, servingPorts } from './judge.ts';
import { CALM, stepPanic, type Census } from './panic.ts';
import {
  isPath,
  newEndpoint,
  newNode,
  type EndpointRecord,
  type NodeHealth,
  type NodeRecord,
} from './records.ts';
import { showNode } from './show.ts';
import { restoreEndpoint, restoreNode, takeSnapshot, type DetectorSnapshot } from './snapshot.ts';
import { VipBook, type VipHealth } from './vip-book.ts';

export class Detector {
  #config: DetectorConfig;
  #endpoints = new Map<string, EndpointRecord>();
  #nodes = new Map<string, NodeRecord>();
  #vips = new VipBook();
  #counts = new Counts();
  #panic = CALM;

  /** @param snapshot of an earlier run: what it knows of these endpoints and nodes is taken over */
  constructor(
    config: DetectorConfig,
    endpoints: readonly Endpoint[],
    now: number,
    snapshot?: DetectorSnapshot,
  ) {
    this.#config = config;
    this.#panic = snapshot?.panic ?? CALM;
    this.#take(endpoints, now, snapshot);
  }

  /**
   * Another configuration, other endpoints. What stays the same keeps its state; a node whose address or ports
   * changed is another machine, and begins as `unknown`.
   */
  configure(config: DetectorConfig, endpoints: readonly Endpoint[], now: number): HealthEvent[] {
    this.#config = config;
    this.#take(endpoints, now);
    return this.tick(now);
  }

  /** An outcome of an endpoint that is no longer there changes nothing: its probe was under way when it went. */
  observe(endpointId: string, outcome: Outcome, now: number): HealthEvent[] {
    const record = this.#endpoints.get(endpointId);
    const node = record && this.#nodes.get(record.endpoint.node);
    if (!node) return [];
    record.last = { at: now, outcome };
    record.check = stepCheck(record.check, outcome, this.#config);
    return [
      ...judgePaths(node, record, this.#vips, now),
      ...this.#measure(node, now),
      ...this.#settlePanic(now),
      ...believe(node, this.#situation(now)),
    ];
  }

  /** What time alone brings about: call it about once a second. */
  tick(now: number): HealthEvent[] {
    const events: HealthEvent[] = [];
    for (const node of this.#nodes.values()) {
      if (!this.#panic.on && node.fell && now - node.fell.at > this.#config.panicWindow) {
        this.#counts.change(node, () => (node.away = true));
      }
      // Whether a dead path counts depends on the other paths.
      if (node.endpoints.some(({ verdict }) => verdict === 'dead')) events.push(...this.#measure(node, now));
    }
    events.push(...this.#settlePanic(now));
    for (const node of this.#nodes.values()) events.push(...believe(node, this.#situation(now)));
    events.push(...this.#vips.changes(now, this.#config.panicWindow));
    return events;
  }

  get panic(): boolean {
    return this.#panic.on;
  }

  /** Undefined for a node that no check is for. */
  state(node: string): HealthState | undefined {
    return this.#nodes.get(node)?.state;
  }

  /** State by node id, as a cluster view takes it. A copy. */
  states(): Map<string, HealthState> {
    return new Map([...this.#nodes].map(([id, { state }]) => [id, state]));
  }

  /** Slow start: factors of weight by node id, of those that are below 1. A copy. */
  factors(): Map<string, number> {
    const slow = [...this.#nodes.values()].filter(({ factor }) => factor < 1);
    return new Map(slow.map(({ id, factor }) => [id, factor]));
  }

  /** Of nodes that are down, the media ports of workers that serve all the same. A copy. */
  serving(now: number): Map<string, Set<number>> {
    const down = [...this.#nodes.values()].filter(({ state }) => state === 'down');
    const ports = down.map((node) => [node.id, servingPorts(node, this.#vips, now)] as const);
    return new Map(ports.filter(([, { size }]) => size > 0));
  }

  /** Undefined for a node that no check is for. */
  node(id: string, now: number): NodeHealth | undefined {
    const record = this.#nodes.get(id);
    return record && showNode(record, now, this.#config.damping);
  }

  /** All nodes that there are checks for, in the order of their endpoints. */
  nodes(now: number): NodeHealth[] {
    return [...this.#nodes.values()].map((record) => showNode(record, now, this.#config.damping));
  }

  /** How many nodes are silent, and how many answer. A copy. */
  get census(): Census {
    const { silent, answering } = this.#counts;
    return { silent, answering };
  }

  /** Every VIP address that is probed. */
  vips(): VipHealth[] {
    return this.#vips.show();
  }

  /** Plain data, for JSON. */
  snapshot(): DetectorSnapshot {
    return takeSnapshot(this.#panic, this.#nodes.values());
  }

  #take(endpoints: readonly Endpoint[], now: number, snapshot?: DetectorSnapshot): void {
    const [oldEndpoints, oldNodes, oldVips] = [this.#endpoints, this.#nodes, this.#vips];
    this.#endpoints = new Map();
    this.#nodes = new Map();
    this.#vips = new VipBook();
    this.#counts = new Counts();
    for (const endpoint of endpoints) {
      const kept = oldEndpoints.get(endpoint.id);
      const record = kept ? { ...kept, endpoint } : restoreEndpoint(newEndpoint(endpoint), snapshot);
      let node = this.#nodes.get(endpoint.node);
      if (!node) {
        node = oldNodes.get(endpoint.node) ?? restoreNode(newNode(endpoint.node, now), snapshot);
        node.endpoints = [];
        this.#nodes.set(endpoint.node, node);
      }
      node.endpoints.push(record);
      this.#endpoints.set(endpoint.id, record);
    }
    const paths = [...this.#endpoints.values()].filter(isPath);
    for (const path of paths.sort((a, b) => a.verdictSince - b.verdictSince)) {
      this.#vips.turn(path.endpoint, null, path.verdict, path.verdictSince);
    }
    this.#vips.takeOver(oldVips);
    for (const node of this.#nodes.values()) {
      noteMeasured(node, combine(evidenceOf(node, this.#vips, now)), this.#situation(now));
      this.#counts.add(node);
    }
  }

  #measure(node: NodeRecord, now: number): HealthEvent[] {
    const measured = combine(evidenceOf(node, this.#vips, now));
    let events: HealthEvent[] = [];
    this.#counts.change(node, () => (events = noteMeasured(node, measured, this.#situation(now))));
    return events;
  }

  #settlePanic(now: number): HealthEvent[] {
    const before = this.#panic.on;
    this.#panic = stepPanic(this.#panic, this.#counts, now, this.#config);
    if (this.#panic.on === before) return [];
    const { silent, answering } = this.#counts;
    const type = this.#panic.on ? 'panic.entered' : 'panic.left';
    return [
      { type, at: now, silent, of: silent + answering },
      ...[...this.#nodes.values()].flatMap((node) => believe(node, this.#situation(now))),
    ];
  }

  #situation(now: number): Situation {
    return { now, config: this.#config, panic: this.#panic.on };
  }
}
