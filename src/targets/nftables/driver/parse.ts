/** What `nft -j list table` says, as a `Table` (libnftables-json(5)). */
import type { Chain, Element, NamedSet, Table, TimeoutObject } from '../table.ts';
import { timeoutObject, timeoutPolicy } from '../timeouts.ts';
import { operandText, ruleText } from './expression.ts';
import { isRecord } from '../../../json.ts';

/** What is the same in everything that a listing of one table has. */
const KNOWN_OF_ALL = ['family', 'table', 'name', 'handle'];

/**
 * @param json of `nft -j list table`
 * @param listing of `nft -t list table`: nft 1.0.6 says what comment a table has in there alone
 * @throws SyntaxError where it is no JSON of nft's
 */
export function parseTable(json: string, listing: string): Table {
  const parsed: unknown = JSON.parse(json);
  const objects = isRecord(parsed) ? parsed.nftables : undefined;
  if (!Array.isArray(objects)) throw new SyntaxError('nft -j says nothing of nftables');
  const rules = new Map<string, string[]>();
  const timeouts: TimeoutObject[] = [];
  const sets: NamedSet[] = [];
  const chains: { name: string; base: string | null }[] = [];
  const others: string[] = [];
  for (const object of objects as unknown[]) {
    const [kind = '', body] = isRecord(object) ? (Object.entries(object)[0] ?? []) : [];
    if (!isRecord(body)) continue;
    const name = String(body.name);
    if (kind === 'set' || kind === 'map') sets.push(parseSet(kind, name, body));
    else if (kind === 'ct timeout') timeouts.push(parseTimeout(name, body));
    else if (kind === 'chain') chains.push({ name, base: baseOf(body) });
    else if (kind === 'rule') {
      const chain = String(body.chain);
      rules.set(chain, [...(rules.get(chain) ?? []), ruleText(body.expr, body.comment)]);
    } else if (kind !== 'metainfo' && kind !== 'table') {
      others.push(`${kind} ${name} ${JSON.stringify(rest(body, []))}`);
    }
  }
  return {
    comment: /^\tcomment "(.*)"$/m.exec(listing)?.[1] ?? null,
    timeouts,
    sets,
    chains: chains.map(({ name, base }): Chain => ({ name, base, rules: rules.get(name) ?? [] })),
    others,
  };
}

function parseSet(kind: 'set' | 'map', name: string, body: Record<string, unknown>): NamedSet {
  const to = kind === 'map' ? ` : ${joined(body.map)}` : '';
  const flags = Array.isArray(body.flags) ? [`flags ${body.flags.map(String).join(', ')}`] : [];
  const more = rest(body, ['type', 'map', 'flags', 'elem']);
  return {
    kind,
    name,
    header: [
      `type ${joined(body.type)}${to}`,
      ...flags,
      ...(Object.keys(more).length === 0 ? [] : [JSON.stringify(more)]),
    ],
    elements: (Array.isArray(body.elem) ? (body.elem as unknown[]) : []).map((one) =>
      parseElement(kind, one),
    ),
  };
}

function joined(type: unknown): string {
  return Array.isArray(type)
    ? type.map(String).join(' . ')
    : typeof type === 'string'
      ? type
      : JSON.stringify(type);
}

function parseElement(kind: 'set' | 'map', json: unknown): Element {
  const [left, right] = kind === 'map' && Array.isArray(json) ? (json as unknown[]) : [json, undefined];
  const value = kind === 'map' ? operandText(right) : null;
  const elem = isRecord(left) ? left.elem : undefined;
  if (!isRecord(elem)) return { key: operandText(left), comment: null, value };
  const { val, comment, ...more } = elem;
  // Timeouts and counters make it another element than RoomLB's.
  const extra = Object.keys(more).length === 0 ? '' : ` ${JSON.stringify(more)}`;
  return {
    key: operandText(val),
    comment: typeof comment === 'string' ? comment : null,
    value: value === null && extra === '' ? null : `${value ?? ''}${extra}`,
  };
}

function baseOf(body: Record<string, unknown>): string | null {
  const { type, hook, prio, policy } = body;
  const more = rest(body, ['type', 'hook', 'prio', 'policy']);
  const extra = Object.keys(more).length === 0 ? '' : ` ${JSON.stringify(more)}`;
  if (!('type' in body)) return extra === '' ? null : extra.trim();
  return `type ${String(type)} hook ${String(hook)} priority ${String(prio)}; policy ${String(policy)};${extra}`;
}

/** nft leaves out what is the kernel's default, so that only what it says can be compared. */
function parseTimeout(name: string, body: Record<string, unknown>): TimeoutObject {
  const { protocol, policy } = body;
  const [, of, seconds] = /^(udp|tcp)_(\d+)$/.exec(name) ?? [];
  if ((of === 'udp' || of === 'tcp') && protocol === of) {
    const wanted = timeoutPolicy(of, Number(seconds));
    const said = isRecord(policy) ? Object.entries(policy) : [];
    if (said.every(([state, limit]) => wanted[state] === limit)) return timeoutObject(of, Number(seconds));
  }
  return { name, lines: [JSON.stringify({ protocol, policy })] };
}

function rest(body: Record<string, unknown>, known: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).filter(([key]) => !known.includes(key) && !KNOWN_OF_ALL.includes(key)),
  );
}
