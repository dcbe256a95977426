import type { DetectorConfig } from '../../topology/health/config.ts';

/**
 * Panic: when most nodes fall silent at once, it is the network that broke, or this dispatcher's link to it, and
 * not the nodes. Believing the silence would throw every room out of nodes that serve them well. So in panic the
 * states are held as they were, and what was believed in the moments before is taken back.
 *
 * - What counts is silence that a broken network would explain. A node that says itself that it is down, or
 *   whose host refuses the connection, is answering: it is believed in panic as well, and does not count as
 *   silent.
 * - "At once" is the last `panicWindow`. Nodes that have been away for longer belong neither to those that fell
 *   nor to those they are compared with: a cluster with many long dead nodes does not panic at the next one.
 * - Panic begins above the threshold. It ends when the share has been at four fifths of it or below for
 *   `panicSettle`, in which every node that comes back can answer `rise` times: ending it at the first answers
 *   would believe the silence of those whose turn is next. Then every node gets the state that was measured.
 * - Fewer than three nodes are no majority: the second of two must be able to take over.
 */
export interface Census {
  /** Fell silent within the window, or during panic. */
  readonly silent: number;
  /** Answers, be it to say that it is down. */
  readonly answering: number;
}

export const MIN_NODES = 3;
const LEAVE = 0.8;

export interface PanicState {
  readonly on: boolean;
  /** Since when few enough are silent for panic to end: milliseconds; null: they are not. */
  readonly calmSince: number | null;
}

export const CALM: PanicState = { on: false, calmSince: null };

/** A threshold of null: never. */
export function stepPanic(
  before: PanicState,
  { silent, answering }: Census,
  now: number,
  { panicThreshold, panicSettle }: Pick<DetectorConfig, 'panicThreshold' | 'panicSettle'>,
): PanicState {
  if (panicThreshold === null) return CALM;
  const all = silent + answering;
  const share = all < MIN_NODES ? 0 : silent / all;
  if (!before.on) return share > panicThreshold ? { on: true, calmSince: null } : before;
  if (share > panicThreshold * LEAVE) return { on: true, calmSince: null };
  const calmSince = before.calmSince ?? now;
  return now - calmSince >= panicSettle ? CALM : { on: true, calmSince };
}
