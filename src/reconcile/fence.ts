/** One replica at a time changes an engine. */

/** Another replica has the right to change the engine, or nobody can say. */
export class LeaseError extends Error {
  override readonly name = 'LeaseError';
}

export interface Fence {
  /** Grows whenever the right changes hands: who comes with a lower one than was seen is late, and is refused. */
  readonly token: number;
  /** Aborted, with a LeaseError, once the right is lost. */
  readonly signal: AbortSignal;
}

/** @throws LeaseError where this replica does not have the right */
export type TakeFence = () => Promise<Fence>;
