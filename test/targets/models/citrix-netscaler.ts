/**
 * Citrix NetScaler, as its Command Reference tells. Careful where it is silent: it refuses to remove what is in
 * use, and to make or bind what is there.
 */
import assert from 'node:assert/strict';
import type { DeviceModel, Modelled } from './model.ts';

interface Thing {
  /** What `add` said of it before the options: type, address, port. */
  readonly fixed: readonly string[];
  readonly options: Map<string, string>;
  /** Members by server and port, monitors, groups: each with what is said of it. */
  readonly bound: Map<string, Map<string, string>>;
  /** An address that nobody added, but a virtual server brought along. */
  auto?: boolean;
}

/** How many words name a thing, behind its kind. */
const KINDS = ['lb monitor', 'lb vserver', 'ns ip6', 'ns ip', 'serviceGroup', 'server', 'vrID6', 'vrID'];

export const citrixNetscaler: Modelled = {
  members: (shown) => {
    const counts = new Map<string, number>();
    for (const line of shown) {
      const [, group, rest] = /^(serviceGroup \S+) member (.*)$/.exec(line) ?? [];
      if (group === undefined) continue;
      counts.set(group, (counts.get(group) ?? 0) + (rest!.includes('disabled') ? 0 : 1));
    }
    return counts;
  },
  start: netscaler,
  foreign: [
    'add lb monitor web HTTP -destPort 80',
    'add server web 10.9.0.1',
    'add vrID 7 -priority 90',
    'add ns ip 198.51.100.1 255.255.255.255 -type VIP -vrID 7',
    'add serviceGroup web TCP -usip NO',
    'bind serviceGroup web web 80',
    'bind serviceGroup web -monitorName web',
    'add lb vserver web TCP 198.51.100.1 80 -persistenceType NONE',
    'bind lb vserver web web',
  ],
};

function netscaler(): DeviceModel {
  const things = new Map<string, Thing>();
  return {
    run(lines, each) {
      for (const line of lines) {
        try {
          give(things, line);
        } catch (cause) {
          throw new Error(`${line}: ${(cause as Error).message}`, { cause });
        }
        each?.();
      }
    },
    show: () =>
      [...things]
        .flatMap(([name, { fixed, options, bound }]) => [
          [name, ...fixed, ...words(options)].join(' '),
          ...[...bound].map(([what, its]) => [name, what, ...words(its)].join(' ')),
        ])
        .sort(),
  };
}

const words = (options: ReadonlyMap<string, string>) => [...options].map((pair) => pair.join(' ')).sort();

/** `-name value` each, in any number. */
function optionsOf(list: readonly string[]): Map<string, string> {
  return new Map(
    list.flatMap((word, i) => (word.startsWith('-') ? [[word, list[i + 1] ?? ''] as const] : [])),
  );
}

function give(things: Map<string, Thing>, line: string): void {
  const [verb = '', ...list] = line.match(/"[^"]*"|\S+/g) ?? [];
  const rest = list.join(' ');
  const kind = KINDS.find((one) => rest.startsWith(`${one} `));
  assert.ok(kind, 'not understood');
  const name = list.slice(0, kind.split(' ').length + 1).join(' ');
  const more = list.slice(name.split(' ').length);
  const thing = things.get(name);
  if (verb === 'add') {
    assert.ok(!thing, 'is there already');
    const first = more.findIndex((word) => word.startsWith('-'));
    const fixed = first < 0 ? more : more.slice(0, first);
    const made = { fixed, options: optionsOf(more), bound: new Map() };
    if (kind === 'lb vserver') atItsAddress(things, made);
    if (kind === 'server')
      assert.ok(!others(things, 'server ').some((one) => one.fixed[0] === fixed[0]), 'address taken');
    things.set(name, made);
    needs(things, made);
    return;
  }
  assert.ok(thing, 'is not there');
  if (verb === 'rm') {
    remove(things, kind, name, thing);
    return;
  }
  if (verb === 'set') {
    set(things, kind, thing, more);
    return;
  }
  if (verb === 'unset') {
    for (const option of more) assert.ok(thing.options.delete(option), 'was not set');
    return;
  }
  change(things, verb, kind, thing, more);
}

function others(things: ReadonlyMap<string, Thing>, kind: string): Thing[] {
  return [...things].filter(([name]) => name.startsWith(kind)).map(([, thing]) => thing);
}

/** A virtual server needs its address and port for itself. The address comes along where it is not there. */
function atItsAddress(things: Map<string, Thing>, { fixed: [type, address, port] }: Thing): void {
  const same = others(things, 'lb vserver ').filter(({ fixed }) => fixed[1] === address && fixed[2] === port);
  assert.ok(
    !same.some(({ fixed: [other] }) => other === type || [other, type].includes('ANY')),
    'port taken',
  );
  const [name, ...fixed] = address!.includes(':')
    ? [`ns ip6 ${address}/128`]
    : [`ns ip ${address}`, '255.255.255.255'];
  if (!things.has(name)) {
    things.set(name, { fixed, options: new Map([['-type', 'VIP']]), bound: new Map(), auto: true });
  }
}

function needs(things: ReadonlyMap<string, Thing>, { options }: Thing): void {
  for (const option of ['-vrID', '-vrID6']) {
    const id = options.get(option);
    if (id !== undefined) assert.ok(things.has(`${option.slice(1)} ${id}`), `there is no ${option} ${id}`);
  }
}

function remove(things: Map<string, Thing>, kind: string, name: string, thing: Thing): void {
  const [what = ''] = name.split(' ').slice(-1);
  for (const [other, { bound, options, fixed }] of things) {
    const users: Readonly<Record<string, boolean>> = {
      server: [...bound.keys()].some((key) => key.startsWith(`member ${what} `)),
      'lb monitor': bound.has(`-monitorName ${what}`),
      serviceGroup: other.startsWith('lb vserver ') && bound.has(what),
      vrID: options.get('-vrID') === what,
      vrID6: options.get('-vrID6') === what,
      'ns ip': other.startsWith('lb vserver ') && fixed[1] === what,
      'ns ip6': other.startsWith('lb vserver ') && `${fixed[1]}/128` === what,
    };
    assert.ok(!users[kind], `in use by ${other}`);
  }
  things.delete(name);
  if (kind !== 'lb vserver') return;
  const address = thing.fixed[1]!;
  const ip = address.includes(':') ? `ns ip6 ${address}/128` : `ns ip ${address}`;
  const still = others(things, 'lb vserver ').some(({ fixed }) => fixed[1] === address);
  if (things.get(ip)?.auto && !still) things.delete(ip);
}

function set(things: Map<string, Thing>, kind: string, thing: Thing, more: readonly string[]): void {
  const given = optionsOf(more);
  const first = more.findIndex((word) => word.startsWith('-'));
  const at = more.slice(0, first);
  if (kind === 'serviceGroup' && at.length === 2) {
    const member = thing.bound.get(`member ${at.join(' ')}`);
    assert.ok(member, 'no such member');
    for (const [name, value] of given) member.set(name, value);
    return;
  }
  assert.deepEqual(at, kind === 'lb monitor' ? [thing.fixed[0]] : [], 'not understood');
  for (const [name, value] of given) thing.options.set(name, value);
  // What can only be said beside another.
  if (given.get('-usip') === 'NO') thing.options.delete('-useproxyport');
  if (given.get('-persistenceType') === 'NONE') thing.options.delete('-timeout');
  if (kind.startsWith('ns ip')) thing.auto = false;
  needs(things, thing);
}

function change(
  things: Map<string, Thing>,
  verb: string,
  kind: string,
  thing: Thing,
  more: readonly string[],
): void {
  const [first = '', second = ''] = more;
  const isMember = kind === 'serviceGroup' && first !== '-monitorName';
  const key = isMember ? `member ${first} ${second}` : kind === 'serviceGroup' ? `${first} ${second}` : first;
  const there = thing.bound.get(key);
  switch (verb) {
    case 'bind': {
      assert.ok(!there, 'is bound already');
      const needed = isMember
        ? `server ${first}`
        : kind === 'lb vserver'
          ? `serviceGroup ${first}`
          : `lb monitor ${second}`;
      assert.ok(things.has(needed), `there is no ${needed}`);
      thing.bound.set(key, isMember ? optionsOf(more) : new Map());
      return;
    }
    case 'unbind':
      assert.ok(there, 'is not bound');
      thing.bound.delete(key);
      return;
    case 'disable':
      assert.ok(there && isMember, 'no such member');
      there.set('disabled', '');
      return;
    case 'enable':
      assert.ok(there?.delete('disabled'), 'not disabled');
      return;
    default:
      assert.fail('not understood');
  }
}
