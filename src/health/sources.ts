/** What probes must be told by others: interfaces, so that tests and the command line can stand in for nodes. */
import type { IceCredentials } from '../stun/exchange.ts';

/** A worker of a node, by its media port. */
export interface WorkerCredentials extends IceCredentials {
  readonly node: string;
  readonly port: number;
}

/** Credentials of the transports that media nodes keep only for being probed; they tell them by heartbeat. */
export interface CredentialSource {
  /** Undefined: the node has told none for this port (yet, or since the worker died). */
  of(node: string, port: number): IceCredentials | undefined;
  /**
   * Why nobody can answer there: the node says that the worker's process is dead. Undefined: it does not say so.
   * Left out where nobody knows what nodes say.
   */
  dead?(node: string, port: number): string | undefined;
  /** All that are known, in any order. */
  all(): Iterable<WorkerCredentials>;
}

/** What a node said of itself last. */
export interface Heartbeat {
  /** When it arrived, on the scheduler's clock (milliseconds). */
  readonly at: number;
  /** `left`: it said goodbye. */
  readonly state: 'serving' | 'draining' | 'failing' | 'left';
  /** Words to `draining`, `failing` and `left`. */
  readonly why?: string;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

export interface HeartbeatSource {
  /** Undefined: this node has never sent one. */
  last(node: string): Heartbeat | undefined;
}
