import type { ApplyRun, Step } from '../driver.ts';

/**
 * Actions of a plan's steps, one after the other, each with its place. Before each one the run may stop, which
 * throws the signal's reason, and is told which one comes.
 */
export function* inTurn<Action>(
  steps: readonly Step<Action>[],
  { signal, onStep }: ApplyRun,
): Generator<{ readonly index: number; readonly action: Action }> {
  for (const [index, { action }] of steps.entries()) {
    signal.throwIfAborted();
    onStep?.(index);
    yield { index, action };
  }
}
