/**
 * A node that was down comes back empty, and by its weight alone would get every new room at once until it has
 * caught up, before anyone knows whether it holds. So its weight comes back step by step: a tenth at first, a
 * tenth more with every tenth of the time, all of it in the end. Tenths, because each step makes every
 * dispatcher rebuild its tables. A node seen for the first time starts with its full weight.
 */
export const STEPS = 10;

/**
 * The factor to multiply the weight with, from 0.1 to 1.
 *
 * @param since when the node came back (milliseconds); null: it was not away
 * @param duration milliseconds; 0: no slow start
 */
export function slowStartFactor(since: number | null, now: number, duration: number): number {
  if (since === null || duration === 0) return 1;
  const steps = Math.floor((Math.max(0, now - since) / duration) * STEPS) + 1;
  return Math.min(STEPS, steps) / STEPS;
}
