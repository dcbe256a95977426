import { InvalidArgumentError } from 'commander';
import { formatMs, parseMs } from '../topology/read-milliseconds.ts';

/** For options that take durations in the topology's form (`500ms`, `2s`). The value is milliseconds. */
export function durationBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = parseMs(text);
    if (value !== undefined && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`write ${formatMs(min)} to ${formatMs(max)}, such as 500ms or 2s.`);
  };
}
