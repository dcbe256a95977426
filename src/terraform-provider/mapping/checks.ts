/** Checks of attributes that are the provider's own; those of the topology are checked by the topology's rules. */
import { formatMs, parseMs } from '../../topology/read-milliseconds.ts';
import type { Value } from '../plugin/values.ts';

/** @param bounds milliseconds */
export function durationIn({ least, most }: { readonly least: number; readonly most: number }) {
  return (value: Value): string | undefined => {
    const milliseconds = typeof value === 'string' ? parseMs(value) : undefined;
    if (milliseconds !== undefined && milliseconds >= least && milliseconds <= most) return undefined;
    return `must be a duration from ${formatMs(least)} to ${formatMs(most)}, such as ${formatMs(Math.min(most, Math.max(least, 10_000)))}`;
  };
}
