/** Everything that health checking tells, once per change. Times are milliseconds since the epoch. */
import type { HealthState } from '../cluster/view.ts';
import type { Protocol } from '../topology/model.ts';
import type { Contradiction } from './contradiction.ts';
import type { Verdict } from './detector/paths.ts';

/** The state that placement and intent go by. `why` is empty where nothing is wrong. */
export interface NodeStateEvent {
  readonly type: 'node.state';
  readonly at: number;
  readonly node: string;
  readonly from: HealthState;
  readonly to: HealthState;
  readonly why: string;
}

/** Held back for flapping, or released. */
export interface NodeDampedEvent {
  readonly type: 'node.damped' | 'node.released';
  readonly at: number;
  readonly node: string;
  readonly penalty: number;
}

/** Slow start: multiply the node's weight by this. */
export interface NodeWeightEvent {
  readonly type: 'node.weight';
  readonly at: number;
  readonly node: string;
  readonly factor: number;
}

/** So many nodes of so many that count fell silent at once. */
export interface PanicEvent {
  readonly type: 'panic.entered' | 'panic.left';
  readonly at: number;
  readonly silent: number;
  readonly of: number;
}

/** What a path through a VIP is found to be. `answeredBy`: the node it leads to, with `path.wrong-node`. */
export interface PathEvent {
  readonly type: `path.${Verdict}`;
  readonly verdict: Verdict;
  readonly at: number;
  readonly node: string;
  readonly vip: string;
  readonly address: string;
  readonly port: number;
  readonly transport: Protocol;
  readonly from: Verdict;
  readonly why: string;
  readonly hint: string;
  readonly answeredBy?: string;
}

/** No path through an address of a VIP works though nodes answer, or one does again. */
export interface VipEvent {
  readonly type: 'vip.unreachable' | 'vip.reachable';
  readonly at: number;
  readonly vip: string;
  readonly address: string;
  readonly transport: Protocol;
  readonly hint: string;
}

/** Probes don't keep up: so many rounds were left out since this was told last. Told once a minute at most. */
export interface ProbesBehindEvent {
  readonly type: 'probes.behind';
  readonly at: number;
  readonly overruns: number;
  /** Probes that are due and wait for others to end. */
  readonly waiting: number;
}

/** A deep check found, twice, what contradicts what is believed of a node. */
export interface DeepCheckContradictionEvent extends Omit<Contradiction, 'id'> {
  readonly type: 'deep-check.contradiction';
  readonly at: number;
  readonly node: string;
}

export interface DeepCheckDoneEvent {
  readonly type: 'deep-check.done';
  readonly at: number;
  /** That were asked. */
  readonly nodes: number;
  readonly probes: number;
  readonly contradictions: number;
}

export type DeepCheckEvent = DeepCheckContradictionEvent | DeepCheckDoneEvent;

export type HealthEvent =
  ProbesBehindEvent | NodeStateEvent | NodeDampedEvent | NodeWeightEvent | PanicEvent | PathEvent | VipEvent;
