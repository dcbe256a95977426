import { createHash } from 'node:crypto';
import type { Plan } from '../targets/driver.ts';

/**
 * 16 hex digits that stand for what a plan does and why: the same steps for the same differences. A plan that was
 * looked at can so be told from the one that would be executed by now.
 */
export function planId({ changes, steps, pools, foreign }: Plan): string {
  const text = JSON.stringify([changes.map(withoutCounts), steps, pools, foreign]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** How many connections there are changes all the time, and the plan is the same. */
function withoutCounts({ key, before, after }: Plan['changes'][number]): unknown {
  return [key, before, after];
}
