/**
 * Rules as nft gives them back in JSON (libnftables-json(5)), in the words in which RoomLB writes rules. What
 * RoomLB never writes comes out as JSON: such a rule is equal to none of its own.
 */
import { formatMap, formatSet } from '../table.ts';
import { isRecord } from '../../../json.ts';

/** Thrown by what follows, and caught in here. */
class Unknown extends Error {}

export function ruleText(expressions: unknown, comment: unknown): string {
  const note = typeof comment === 'string' ? ` comment "${comment}"` : '';
  try {
    return list(expressions).map(statement).join(' ') + note;
  } catch (error) {
    if (!(error instanceof Unknown)) throw error;
    return `${JSON.stringify(expressions)}${note}`;
  }
}

/** A key or value of an element: `203.0.113.10 . 40000-40003`. */
export function operandText(value: unknown): string {
  try {
    return operand(value);
  } catch (error) {
    if (!(error instanceof Unknown)) throw error;
    return JSON.stringify(value);
  }
}

function statement(value: unknown): string {
  const [name, body] = single(value);
  switch (name) {
    case 'match':
      return match(body);
    case 'jump':
      return `jump ${text(field(body, 'target'))}`;
    case 'dnat':
      return `dnat ${text(field(body, 'family'))} to ${lookup(field(body, 'addr'))}`;
    case 'ct timeout':
      return `ct timeout set "${text(body)}"`;
    case 'masquerade':
      if (body === null) return 'masquerade';
      throw new Unknown();
    default:
      throw new Unknown();
  }
}

function match(body: unknown): string {
  const [op, left, right] = [field(body, 'op'), field(body, 'left'), field(body, 'right')];
  if (op !== '==' && op !== 'in') throw new Unknown();
  return `${operand(left)} ${operand(right)}`;
}

function lookup(value: unknown): string {
  const map = field(value, 'map');
  const [key, data] = [field(map, 'key'), field(map, 'data')];
  if (typeof data === 'string') return `${operand(key)} map ${data}`;
  const entries = list(field(data, 'set')).map((entry) => list(entry).map(operand).join(' : '));
  return `${operand(key)} map ${formatMap(entries)}`;
}

function operand(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return plain(value);
  const [name, body] = single(value);
  switch (name) {
    case 'concat':
      return list(body).map(operand).join(' . ');
    case 'range':
      return list(body).map(operand).join('-');
    case 'set':
      return formatSet(list(body).map(operand));
    case 'payload':
      return `${text(field(body, 'protocol'))} ${text(field(body, 'field'))}`;
    case 'meta':
      return `meta ${text(field(body, 'key'))}`;
    case 'ct':
      return ['ct', optional(body, 'dir'), text(field(body, 'key'))].filter(Boolean).join(' ');
    case 'numgen':
      if (optional(body, 'offset') !== '0') throw new Unknown();
      return `numgen ${text(field(body, 'mode'))} mod ${text(field(body, 'mod'))}`;
    case 'jhash': {
      const seed = Number(field(body, 'seed')).toString(16);
      return `jhash ${operand(field(body, 'expr'))} mod ${text(field(body, 'mod'))} seed 0x${seed}`;
    }
    default:
      throw new Unknown();
  }
}

/** Ports of `ct original proto-dst` in sets have no type for nft 1.0.6, which shows `0x9c40 [invalid type]`. */
function plain(value: string): string {
  const untyped = /^(0x[0-9a-f]+) \[invalid type\]$/.exec(value)?.[1];
  return untyped === undefined ? value : String(Number(untyped));
}

function single(value: unknown): [string, unknown] {
  const [entry, ...others] = isRecord(value) ? Object.entries(value) : [];
  if (!entry || others.length > 0) throw new Unknown();
  return entry;
}

function field(value: unknown, name: string): unknown {
  if (!isRecord(value) || !(name in value)) throw new Unknown();
  return value[name];
}

function optional(value: unknown, name: string): string {
  return isRecord(value) && name in value ? text(value[name]) : '';
}

function text(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Unknown();
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Unknown();
  return value;
}
