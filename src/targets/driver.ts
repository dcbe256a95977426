/**
 * A driver reads and changes one live engine. It goes from state to state: `read` says what the engine has,
 * `desired` what an intent wants it to have, `plan` how to get from any state to any other, and `apply` does
 * that. Rolling back is planning towards an older state, and drift is a plan that isn't empty: neither needs
 * anything more of a driver. What guards, locks, verifies and remembers is src/reconcile, which knows nothing
 * of any engine.
 *
 * Adding one: a module in the target's folder, named in the target's `driver`; test/targets/drivers.test.ts
 * then runs the contract of pure parts over it, and test/lab/driver-contract.ts the one with a live engine.
 */
import type { Intent } from '../intent/model.ts';

/**
 * @typeParam State all that RoomLB owns in the engine, and how the engine stands to it. JSON, so that it can
 *   be kept; compared by `plan` alone, which may pass over what is not RoomLB's.
 * @typeParam Action what a step does, for this driver's own `apply`. JSON.
 */
export interface Driver<State = unknown, Action = unknown> {
  /** Name of the target, as on the command line. */
  readonly target: string;
  /** Where the engine is, for people: `/etc/haproxy/haproxy.cfg, /run/haproxy/admin.sock`. */
  readonly where: string;
  /** Raised when `State` changes its form: states kept by an older RoomLB are then passed over. */
  readonly stateVersion: number;

  /**
   * What the engine has now. Never changes anything.
   *
   * @throws DriverError `unreachable` where nobody can tell. An engine that is known not to run is a state,
   *   not an error.
   */
  read(): Promise<State>;

  /** What the engine shall have. Pure and deterministic; an intent of which it can carry nothing wants nothing. */
  desired(intent: Intent): State;

  /**
   * The way from `actual` to `desired`: ordered, minimal, empty where they are equal. Pure and deterministic.
   * Both may be read, desired, or kept from earlier.
   */
  plan(actual: State, desired: State): Plan<Action>;

  /**
   * Executes the steps in their order. Every step may find its work done already. Wherever it is interrupted,
   * the next `read` and `plan` lead to the same end.
   *
   * @throws DriverError; `refused` only where nothing was changed
   */
  apply(plan: Plan<Action>, run: ApplyRun): Promise<void>;
}

export interface ApplyRun {
  /** Between two steps: stop. An apply that was told to stop throws the signal's reason. */
  readonly signal: AbortSignal;
  /** Called before each step, with its place in the plan's steps. What it throws ends the apply. */
  readonly onStep?: (index: number) => void;
}

/**
 * `unreachable`: the engine, or what is needed to talk to it, isn't there. `refused`: the engine's own check
 * said no, and nothing was changed. `failed`: some of it may be done.
 */
export type DriverErrorKind = 'unreachable' | 'refused' | 'failed';

export class DriverError extends Error {
  override readonly name = 'DriverError';

  /** @param message where, what, and what to do instead */
  constructor(
    readonly kind: DriverErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What shall happen to an engine, in words for people and in actions for its driver. */
export interface Plan<Action = unknown> {
  /** What differs, sorted by key. */
  readonly changes: readonly Change[];
  /** What is done about it, in order. Empty: there is nothing to do. */
  readonly steps: readonly Step<Action>[];
  /** Pools whose members or weights change, sorted by id. Guards look at them. */
  readonly pools: readonly PoolChange[];
  /** How many pools with `shared: false` there are now, changed or not: what a share of them is a share of. */
  readonly singlePools: number;
  /**
   * What stands where RoomLB's things belong and carries no mark of this cluster. To go on would overwrite
   * it, so it takes `--adopt`. One sentence each, no full stop.
   */
  readonly foreign: readonly string[];
  /** The engine does not run: what is planned takes effect at its start. */
  readonly stopped?: true;
  /** What an operator should know: the engine does not run, foreign things that stay. One sentence each. */
  readonly notes: readonly string[];
}

export type ChangeKind = 'add' | 'change' | 'remove';

/** One thing that differs. */
export interface Change {
  /** Unique in a plan, and the same for the same thing in every plan: `sig:public/sfu-3`. */
  readonly key: string;
  readonly kind: ChangeKind;
  /** Lines of the old text, without a sign; empty where it is added. */
  readonly before: readonly string[];
  /** Lines of the new text; empty where it is removed. */
  readonly after: readonly string[];
  /** The node that it is about, where it is about one. */
  readonly node: string | null;
  /** What it does to clients; null where none of them notices. */
  readonly disrupts: Disruption | null;
}

export interface Disruption {
  /** What happens, to whom: `connections to sfu-2 are cut`. */
  readonly what: string;
  /** How many connections or flows there are now; null where the engine does not say. */
  readonly connections: number | null;
}

/** One operation on the engine; it does the work of any number of changes. */
export interface Step<Action = unknown> {
  /** As a person would type or say it: `set server sig:public/sfu-3 weight 50`. */
  readonly text: string;
  readonly action: Action;
}

export interface PoolChange {
  /** The service's id in the intent where there is one: `public/signalling`. */
  readonly id: string;
  /** Meant for several members: losing the last usable one leaves clients with nobody. */
  readonly shared: boolean;
  /** Sorted by node. */
  readonly before: readonly PoolMember[];
  /** Sorted by node. */
  readonly after: readonly PoolMember[];
}

export interface PoolMember {
  readonly node: string;
  /** Takes new connections: neither weight 0 nor in maintenance. */
  readonly usable: boolean;
}
