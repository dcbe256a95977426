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

/** For options that take whole numbers. */
export function numberBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`write a whole number from ${min} to ${max}.`);
  };
}
