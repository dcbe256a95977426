/**
 * F5 BIG-IP, as the tmsh Reference tells of its components and of "cli transaction". Commands of a transaction
 * are taken one after the other, and nothing of them stays where one fails.
 */
import assert from 'node:assert/strict';
import type { DeviceModel, Modelled } from './model.ts';

/** Attribute → its words; a member of a pool is `members NAME`, with the words of its own attributes. */
type Attributes = Map<string, string>;
/** Component and name → attributes. */
type Objects = Map<string, Attributes>;

export const f5Tmsh: Modelled = {
  file: 'roomlb-tmsh.sh',
  members: (shown) => {
    const counts = new Map<string, number>();
    for (const line of shown) {
      const [, pool, attributes] = /^(ltm pool \S+) members \S+ (.*)$/.exec(line) ?? [];
      if (pool === undefined) continue;
      const takes = attributes!.includes('session user-disabled') ? 0 : 1;
      counts.set(pool, (counts.get(pool) ?? 0) + takes);
    }
    return counts;
  },
  start: () => bigIp(),
  foreign: [
    "tmsh <<'END'",
    'create ltm monitor tcp /Common/web destination *:80',
    'create ltm node /Common/web address 10.9.0.1',
    'create ltm pool /Common/web members add { /Common/web:80 { address 10.9.0.1 } } monitor /Common/web',
    'create ltm virtual /Common/web destination /Common/198.51.100.1:80 ip-protocol tcp mask 255.255.255.255 pool /Common/web source 0.0.0.0/0',
    // Beside virtual servers of RoomLB, on an address of theirs.
    'create ltm virtual /Common/web-too destination /Common/203.0.113.10:8081 ip-protocol tcp mask 255.255.255.255 pool /Common/web source 0.0.0.0/0',
    'END',
  ],
};

function bigIp(): DeviceModel {
  let objects: Objects = new Map();
  let queue: string[] | null = null;
  let open = false;
  return {
    run(lines, each) {
      for (const line of lines) {
        if (line === "tmsh <<'END'" || line === 'END') {
          assert.equal(open, line === 'END', line);
          open = !open;
          continue;
        }
        assert.ok(open, `not in tmsh: ${line}`);
        if (line === 'create cli transaction') queue = [];
        else if (queue && line !== 'submit cli transaction') queue.push(line);
        else {
          objects = done(objects, queue ?? [line]);
          queue = null;
          each?.();
        }
      }
    },
    show: () =>
      [...objects]
        .flatMap(([head, attributes]) => [...attributes].map(([name, words]) => `${head} ${name} ${words}`))
        .sort(),
  };
}

function done(objects: Objects, commands: readonly string[]): Objects {
  const copy: Objects = structuredClone(objects);
  for (const command of commands) {
    try {
      give(copy, command);
    } catch (cause) {
      throw new Error(`${command}: ${(cause as Error).message}`, { cause });
    }
  }
  virtualAddresses(copy);
  return copy;
}

function give(objects: Objects, command: string): void {
  const [, verb, head, rest] =
    /^(create|modify|delete) ((?:\S+ )+?\/Common\/\S+)(?: (.*))?$/.exec(command) ?? [];
  assert.ok(verb && head, 'not understood');
  if (verb === 'create') {
    assert.ok(!objects.has(head), 'is there already');
    objects.set(head, new Map());
  }
  const attributes = objects.get(head);
  assert.ok(attributes, 'is not there');
  if (verb === 'delete') {
    for (const [other, its] of objects) {
      const used = needsOf(other, its).has(head) || addressOf(its) === head;
      if (used) throw new Error(`in use by ${other}`);
    }
    objects.delete(head);
    return;
  }
  const words = new Words(rest ?? '');
  while (!words.atEnd()) set(verb, head, attributes, words);
  for (const need of needsOf(head, attributes)) assert.ok(objects.has(need), `there is no ${need}`);
  clash(objects, head, attributes);
}

class Words {
  readonly #words: string[];
  constructor(text: string) {
    this.#words = text.match(/"[^"]*"|\S+/g) ?? [];
  }
  atEnd(): boolean {
    return this.#words.length === 0;
  }
  peek(): string | undefined {
    return this.#words[0];
  }
  next(): string {
    const word = this.#words.shift();
    assert.ok(word !== undefined, 'ends too early');
    return word;
  }
  /** The words between the brace that is next and the one that closes it. */
  braced(): string {
    assert.equal(this.next(), '{');
    const inner: string[] = [];
    for (let depth = 1; ;) {
      const word = this.next();
      depth += word === '{' ? 1 : word === '}' ? -1 : 0;
      if (depth === 0) return inner.join(' ');
      inner.push(word);
    }
  }
}

/** As if never set. A member's monitor is another matter: `default`. */
const DEFAULTS = new Set([
  ...['load-balancing-mode round-robin', 'monitor none', 'persist none', 'profiles none'],
  'source-address-translation { type none }',
]);
const MEMBER_DEFAULTS = new Set(['ratio 1', 'session user-enabled', 'monitor default']);

const COLLECTIONS = ['members', 'persist', 'profiles'];

function set(verb: string, head: string, attributes: Attributes, words: Words): void {
  const name = words.next();
  if (name === 'address' && head.startsWith('ltm node '))
    assert.equal(verb, 'create', 'a node keeps its address');
  if (COLLECTIONS.includes(name) && words.peek() !== 'none') {
    collect(name, attributes, words);
    return;
  }
  const value = words.peek() === '{' ? `{ ${words.braced()} }` : sum(words);
  if (DEFAULTS.has(`${name} ${value}`)) attributes.delete(name);
  else attributes.set(name, value);
}

/** A word, and those that `and` joins to it. */
function sum(words: Words): string {
  const list = [words.next()];
  while (words.peek() === 'and') list.push(words.next(), words.next());
  return list.join(' ');
}

function collect(name: string, attributes: Attributes, words: Words): void {
  const how = words.next();
  const items = new Words(words.braced());
  if (name !== 'members') {
    assert.ok(how === 'replace-all-with' || !attributes.has(name), `${name} are there already`);
    attributes.set(name, items.next() + (items.atEnd() ? '' : ` { ${items.braced()} }`));
    assert.ok(items.atEnd(), 'one of these');
    return;
  }
  while (!items.atEnd()) {
    const key = `members ${items.next()}`;
    const known = attributes.get(key);
    assert.equal(known === undefined, how === 'add', `${how} ${key}`);
    if (how === 'delete') attributes.delete(key);
    else attributes.set(key, merged(known ?? '', items.braced()));
  }
}

/** The attributes of a member, those given now in place of those that were. */
function merged(old: string, given: string): string {
  const all = new Map<string, string>();
  for (const text of [old, given]) {
    for (const words = new Words(text); !words.atEnd();) {
      const name = words.next();
      const value = sum(words);
      if (name === 'address' && all.has(name))
        assert.equal(value, all.get(name), 'a member keeps its address');
      if (MEMBER_DEFAULTS.has(`${name} ${value}`)) all.delete(name);
      else all.set(name, value);
    }
  }
  return [...all]
    .map(([name, value]) => `${name} ${value}`)
    .sort()
    .join(' ');
}

/** Heads of the objects that one refers to. */
function needsOf(head: string, attributes: Attributes): Set<string> {
  const needs = new Set<string>();
  const monitors = (text: string) => text.match(/\/Common\/\S+/g) ?? [];
  for (const [name, value] of attributes) {
    const [word, key = ''] = name.split(' ');
    if (word === 'members') needs.add(`ltm node ${key.slice(0, key.lastIndexOf(':'))}`);
    if (word === 'pool') needs.add(`ltm pool ${value}`);
    if (word === 'persist') needs.add(`ltm persistence source-addr ${value.split(' ')[0]}`);
    if (word === 'profiles' && head.startsWith('ltm virtual '))
      needs.add(`ltm profile fastl4 ${value.split(' ')[0]}`);
    if (word === 'monitor' || word === 'members') {
      for (const monitor of monitors(value)) needs.add(`ltm monitor ${typeOf(monitor)} ${monitor}`);
    }
  }
  return needs;
}

/** The name tells what kind of monitor it is; another's is by TCP. */
function typeOf(monitor: string): string {
  const [, kind = 'tcp'] = /roomlb-(http|stun|tcp)-/.exec(monitor) ?? [];
  return kind === 'stun' ? 'udp' : kind;
}

function clash(objects: Objects, head: string, attributes: Attributes): void {
  const holds = (name: string, its: Attributes) =>
    name.startsWith('ltm node ')
      ? its.get('address')
      : name.startsWith('ltm virtual ')
        ? `${its.get('destination')} ${its.get('ip-protocol')}`
        : undefined;
  const mine = holds(head, attributes);
  if (mine === undefined) return;
  for (const [other, its] of objects) {
    if (other !== head) assert.notEqual(holds(other, its), mine, `clashes with ${other}`);
  }
}

/** The head of a virtual server's address. */
function addressOf(attributes: Attributes): string | undefined {
  const address = attributes.get('destination')?.replace(/[.:]\d+$/, '');
  return address?.startsWith('/Common/') ? `ltm virtual-address ${address}` : undefined;
}

/** Each comes with the first virtual server that has its address, and goes with the last. */
function virtualAddresses(objects: Objects): void {
  const used = new Map<string, string>();
  for (const [head, its] of objects) {
    if (!head.startsWith('ltm virtual ')) continue;
    const address = its
      .get('destination')!
      .slice('/Common/'.length)
      .replace(/[.:]\d+$/, '');
    used.set(`ltm virtual-address /Common/${address}`, its.get('mask')!);
  }
  for (const head of [...objects.keys()]) {
    if (head.startsWith('ltm virtual-address ') && !used.has(head)) objects.delete(head);
  }
  for (const [head, mask] of used) {
    if (objects.has(head)) continue;
    const address = head.slice('ltm virtual-address /Common/'.length);
    const settings = { address, arp: 'enabled', 'icmp-echo': 'enabled', mask };
    objects.set(head, new Map(Object.entries({ ...settings, 'traffic-group': '/Common/traffic-group-1' })));
  }
}
