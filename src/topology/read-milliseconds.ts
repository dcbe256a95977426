import type { Path, Problems } from './problems.ts';

const UNITS: readonly (readonly [unit: string, milliseconds: number])[] = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/** Milliseconds; undefined where there is no text, or where it was reported. `bounds` are milliseconds. */
export type ReadMs = (
  text: string | undefined,
  bounds: readonly [min: number, max: number],
  path: Path,
) => number | undefined;

/** Reads durations of the topology's form (`500ms`, `2s`, `1h`), and reports those out of bounds. */
export function durationReader(problems: Problems): ReadMs {
  return (text, [min, max], path) => {
    if (text === undefined) return undefined;
    const value = parseMs(text);
    if (value !== undefined && value >= min && value <= max) return value;
    const nearest = formatMs(value !== undefined && value > max ? max : min);
    problems.unreadable(
      path,
      `must be ${formatMs(min)} to ${formatMs(max)}, found ${text}`,
      `write ${nearest}`,
    );
    return undefined;
  };
}

/** Undefined where it is no duration. */
export function parseMs(text: string): number | undefined {
  const [, count, unit] = /^([0-9]{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  const milliseconds = UNITS.find(([name]) => name === unit)?.[1];
  return count === undefined || milliseconds === undefined ? undefined : Number(count) * milliseconds;
}

/** In the largest unit that says it exactly. */
export function formatMs(value: number): string {
  const [unit, milliseconds] = UNITS.find(([, size]) => value >= size && value % size === 0) ?? ['ms', 1];
  return `${value / milliseconds}${unit}`;
}
