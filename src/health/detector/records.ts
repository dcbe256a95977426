/** What the detector remembers, and what it shows of it. */
import type { HealthState } from '../../cluster/view.ts';
import type { Endpoint, VipStunEndpoint } from '../endpoint.ts';
import type { Outcome } from '../outcome.ts';
import { UNKNOWN, type CheckRecord } from './check.ts';
import type { Measured } from './combine.ts';
import { UNDAMPED, type Damping } from './damping.ts';
import type { Verdict } from './paths.ts';

/** Transitions of a node that are kept. */
export const HISTORY = 50;

export interface Transition {
  readonly at: number;
  readonly from: HealthState;
  readonly to: HealthState;
  readonly why: string;
}

export interface EndpointRecord {
  readonly endpoint: Endpoint;
  check: CheckRecord;
  /** The last probe, also one that said nothing. */
  last: { readonly at: number; readonly outcome: Outcome } | null;
  /** Of `vip-stun` only, and since when. */
  verdict: Verdict;
  verdictSince: number;
}

export interface NodeRecord {
  readonly id: string;
  endpoints: EndpointRecord[];
  measured: Measured;
  /** What is believed: measured, but for damping and panic. */
  state: HealthState;
  since: number;
  why: string;
  /** What was believed when it fell, and when that was; null: it has not fallen. */
  fell: { readonly at: number; readonly from: HealthState } | null;
  /** Silent for so long that it no longer counts for panic. */
  away: boolean;
  damping: Damping;
  /** It was down and has not been up since. */
  wasDown: boolean;
  /** When it came back from being down; null: it was not, or that is long ago. */
  backSince: number | null;
  factor: number;
  history: Transition[];
}

export function newEndpoint(endpoint: Endpoint): EndpointRecord {
  return { endpoint, check: UNKNOWN, last: null, verdict: 'unknown', verdictSince: 0 };
}

export function newNode(id: string, now: number): NodeRecord {
  return {
    id,
    endpoints: [],
    measured: { state: 'unknown', proven: 'unknown', why: '' },
    state: 'unknown',
    since: now,
    why: '',
    fell: null,
    away: false,
    damping: UNDAMPED,
    wasDown: false,
    backSince: null,
    factor: 1,
    history: [],
  };
}

/** The record of a path through a VIP. */
export type PathRecord = EndpointRecord & { readonly endpoint: VipStunEndpoint };

export function isPath(record: EndpointRecord): record is PathRecord {
  return record.endpoint.check === 'vip-stun';
}

/** One check of a node, as shown to people. */
export interface CheckHealth {
  readonly id: string;
  readonly check: Endpoint['check'];
  /** `127.0.0.1:40000/udp`; null where nothing is sent. */
  readonly target: string | null;
  readonly state: HealthState;
  readonly why: string;
  /** Answers, and timeouts, in a row. */
  readonly alive: number;
  readonly silent: number;
  readonly last: { readonly at: number; readonly outcome: Outcome } | null;
  /** Of `vip-stun`. */
  readonly verdict?: Verdict;
}

/** One node, as shown to people. */
export interface NodeHealth {
  readonly node: string;
  readonly state: HealthState;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly why: string;
  /** What the probes say, where damping or panic believe something else. */
  readonly measured: HealthState;
  /** Slow start: from 0.1 to 1. */
  readonly factor: number;
  readonly penalty: number;
  /** When it will be released, while it is held back for flapping. */
  readonly heldUntil: number | null;
  readonly checks: readonly CheckHealth[];
  /** The newest last. */
  readonly history: readonly Transition[];
}
