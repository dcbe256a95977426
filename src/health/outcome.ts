/** What one probe found out. Times are milliseconds, as everywhere in `src/health`. */

export const FAILURE_REASONS = [
  /** The host says that nothing listens there: TCP RST, or ICMP port unreachable. */
  'refused',
  /** The network says that there is no way: ICMP host or network unreachable. */
  'unreachable',
  /** Something answered, but not as this node would. */
  'wrong-answer',
  /** Another node answered (seen through a VIP only). */
  'wrong-node',
  /** The node itself says that it cannot serve. */
  'says-down',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** Figures that came along, for people and metrics: load, version, the address that the node saw. */
export type Detail = Readonly<Record<string, string | number | boolean>>;

/** It answered as it should. */
export interface Ok {
  readonly kind: 'ok';
  readonly rtt: number;
  readonly detail?: Detail;
}

/** It is alive and says that it takes nothing new: no rooms, existing ones stay. */
export interface Busy {
  readonly kind: 'busy';
  readonly rtt: number;
  readonly why: string;
  readonly detail?: Detail;
}

/** Nothing came in time. It may be the node, or the network. */
export interface Timeout {
  readonly kind: 'timeout';
  readonly why: string;
  /** Through a VIP: every known worker was asked as well, and none is there. */
  readonly nobody?: boolean;
}

/** Definite evidence. */
export interface Failure {
  readonly kind: 'failure';
  readonly reason: FailureReason;
  readonly why: string;
  /** With `wrong-node`: the node that answered, where that is known. */
  readonly answeredBy?: string;
}

/** Nothing was learnt about the node: what it takes is not known yet, or this process itself is in trouble. */
export interface Skipped {
  readonly kind: 'skipped';
  readonly why: string;
}

/** `why` is words for people, complete without the node's name. */
export type Outcome = Ok | Busy | Timeout | Failure | Skipped;
