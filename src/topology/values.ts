/** The scalar values of a document: durations, ports and addresses, each reporting what it cannot be. */
import { parseAddress } from './address.ts';
import type { IpAddress, PortRange } from './model.ts';
import { parsePorts } from './ports.ts';
import type { Path, Problems } from './problems.ts';
import { quote } from './quote.ts';

const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/**
 * `60s`, `1h`: seconds. L4 engines count idle times and persistence in whole seconds, so `500ms` is
 * refused, and `2000ms` is 2. Reports, and returns undefined, where it is not a whole number of seconds
 * from 1 to `max`.
 */
export function readDuration(text: string, max: number, path: Path, problems: Problems): number | undefined {
  const [, count = '', unit = ''] = /^([0-9]+)(ms|s|m|h)$/.exec(text) ?? [];
  const milliseconds = Number(count) * (UNIT_SECONDS[unit] ?? NaN) * 1000;
  const seconds = Math.round(milliseconds) / 1000;
  if (!Number.isInteger(seconds)) {
    const above = Math.max(1, Math.ceil(seconds));
    problems.unreadable(
      path,
      `must be whole seconds, found ${text}`,
      `engines count these in seconds; write ${formatDuration(above)}`,
    );
    return undefined;
  }
  if (seconds < 1 || seconds > max) {
    const nearer = formatDuration(seconds < 1 ? 1 : max);
    problems.unreadable(path, `must be 1s to ${formatDuration(max)}, found ${text}`, `write ${nearer}`);
    return undefined;
  }
  return seconds;
}

/** Whole seconds in the largest unit that says them exactly. */
export function formatDuration(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

/** A number or `first-last`. Reports, and returns undefined, where it is not 1 to 65535, ascending. */
export function readPorts(value: number | string, path: Path, problems: Problems): PortRange | undefined {
  const { first, last } = parsePorts(String(value));
  if (first > 65_535 || last > 65_535) {
    problems.unreadable(path, `ports end at 65535, found ${value}`, 'write ports from 1 to 65535');
    return undefined;
  }
  if (first > last) {
    problems.unreadable(
      path,
      `the first port must not exceed the last, found ${value}`,
      `write ${last}-${first}`,
    );
    return undefined;
  }
  return { first, last };
}

/** Reports, and returns undefined, where it is no address. */
export function readAddress(text: string, path: Path, problems: Problems): IpAddress | undefined {
  const address = parseAddress(text);
  if (!address) {
    problems.unreadable(path, `must be an IPv4 or IPv6 address, found ${quote(text)}`, addressHint(text));
  }
  return address;
}

function addressHint(text: string): string {
  const v4 = /^(?:::ffff:)?([0-9]+(?:\.[0-9]+){3})$/i.exec(text)?.[1];
  if (v4 === undefined)
    return 'write a plain address such as 10.0.1.11 or "fd00:1::11", without port or prefix';
  if (text.includes(':')) return `engines disagree about IPv4 inside IPv6; write ${v4}`;
  return 'four decimal numbers from 0 to 255, without leading zeros';
}
