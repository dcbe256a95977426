/** Values as they stand in configurations; undefined for what is none. */
import { parseAddress } from '../../topology/address.ts';
import { ID_PATTERN } from '../../topology/patterns.ts';
import type { IpAddress, PortRange } from '../../topology/model.ts';
import type { ReadLine } from './lines.ts';
import type { Unread } from '../seen.ts';

export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number | null;
}

export function portOf(text: string | undefined): number | undefined {
  const value = wholeOf(text);
  return value !== undefined && value >= 1 && value <= 65_535 ? value : undefined;
}

export function wholeOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,10}$/.test(text) ? Number(text) : undefined;
}

/** `40000` or `40000-40003`. */
export function portsOf(text: string | undefined): PortRange | undefined {
  const [a, b] = (text ?? '').split('-', 2);
  const [first, last] = [portOf(a), portOf(b ?? a)];
  return first !== undefined && last !== undefined && first <= last ? { first, last } : undefined;
}

/** `10.0.0.1`, `10.0.0.1:443`, `[fd00::1]`, `[fd00::1]:443`. */
export function endpointOf(text: string | undefined): Endpoint | undefined {
  const [, six, four, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::([0-9]+))?$/.exec(text ?? '') ?? [];
  const address = parseAddress(six ?? four ?? '');
  if (!address) return undefined;
  const port = portOf(digits);
  return digits !== undefined && port === undefined ? undefined : { address, port: port ?? null };
}

/** The word after `key`. */
export function after(words: readonly string[], key: string): string | undefined {
  const place = words.indexOf(key);
  return place < 0 ? undefined : words[place + 1];
}

const ID = new RegExp(ID_PATTERN);

/** Names that RoomLB gave hold ids; others may be none. */
export function idOf(text: string | undefined): string | null {
  return text !== undefined && ID.test(text) ? text : null;
}

export function unread({ number, text }: ReadLine, why: string | null = null): Unread {
  return { line: number, text, why };
}

/** The line and all that belongs to it. */
export function unreadWhole(line: ReadLine, why: string | null = null): Unread[] {
  return [unread(line, why), ...line.body.flatMap((inner) => unreadWhole(inner))];
}
