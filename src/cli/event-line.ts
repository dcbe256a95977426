import type { StreamItem } from '../events/stream-messages.ts';
import { printable } from './output.ts';

/** Members that every event has, or that its line begins with. */
const LEFT_OUT = new Set(['version', 'epoch', 'seq', 'at', 'type', 'filter', 'last']);

/** An event for people: when, what, and its members. */
export function eventLine(item: StreamItem): string {
  const members = Object.entries(item).flatMap(([name, value]: [string, unknown]) =>
    LEFT_OUT.has(name) || value === '' || value === null ? [] : [`${name}=${shown(value)}`],
  );
  const when = 'at' in item ? [new Date(item.at).toISOString()] : [];
  return printable([...when, item.type, ...members].join(' '));
}

function shown(value: unknown): string {
  return typeof value === 'string' && !/[\s"=]/.test(value) ? value : JSON.stringify(value);
}
