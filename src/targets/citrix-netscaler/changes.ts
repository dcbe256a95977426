/**
 * How a NetScaler is taken from one configuration to another. Its commands are read as objects and what is bound
 * to them; `set`, `unset`, `bind`, `unbind`, `rm`, `disable` and `enable` of the Command Reference make the change.
 */
import type { Intent } from '../../intent/model.ts';
import { treeDelta, type ChangeLine, type TreeRules } from '../dialect/delta/tree.ts';
import type { Block, Line } from '../dialect/text.ts';
import type { ChangesByCommand } from '../target.ts';
import { protocolsOf } from './vservers.ts';

/** @param commandsOf everything that an intent is rendered to, comments aside */
export function batches(commandsOf: (intent: Intent) => readonly string[]): ChangesByCommand {
  return {
    comment: '#',
    between: (from, to) => {
      const [old, now] = [objectsIn(commandsOf(from)), objectsIn(commandsOf(to))];
      const [held, holding] = [addresses(old, now), addresses(now, old)];
      const kept = held.filter(({ head }) => !holding.some((block) => block.head === head));
      const meanwhile = [...holding, ...kept];
      const { drain, change } = treeDelta(old.filter(isNoAddress), now.filter(isNoAddress), rules);
      return {
        drain: drain.flatMap(written),
        // Before what uses them and after, so that none goes with virtual servers that only move.
        change: [
          ...treeDelta(held, meanwhile, rules).change,
          ...change,
          ...treeDelta(meanwhile, holding, rules).change,
        ].flatMap(written),
      };
    },
  };
}

/** Of the options of a command those begin here that can be set without the one before. */
const OPTION = / (?=-(?!timeout|useproxyport))/;

/**
 * `add` makes a block of its options. Bound to it are lines (`-monitorName M`, `group G`) and members, which are
 * blocks of their own: `member SERVER PORT`, with a weight, and `disable` where they take nothing new.
 */
function objectsIn(commands: readonly string[]): Block[] {
  const bodies = new Map<string, Line[]>();
  const byName = new Map<string, Line[]>();
  const members = new Map<string, string[]>();
  for (const command of commands) {
    const [, verb = '', rest = ''] = /^(\S+) (.*)$/.exec(command) ?? [];
    if (verb === 'add') {
      const [head = '', ...options] = rest.split(OPTION);
      bodies.set(head, options);
      byName.set(nameOf(head), options);
      continue;
    }
    const name = nameOf(rest);
    const [what = '', ...more] = rest.slice(name.length + 1).split(OPTION);
    const body = byName.get(name) ?? [];
    const member = members.get(`${name} ${what}`);
    if (verb === 'disable') member?.push(['disable', ...more].join(' '));
    else if (what.startsWith('-')) body.push(what);
    else if (name.startsWith('lb vserver ')) body.push(`group ${what}`);
    else {
      members.set(`${name} ${what}`, more);
      body.push({ head: `member ${what}`, body: more });
    }
  }
  return [...bodies].map(([head, body]) => ({ head, body }));
}

/** `lb vserver NAME`, `ns ip ADDRESS`: what other commands call it by. A monitor is called by its type as well. */
function nameOf(head: string): string {
  return /^(?:lb monitor \S+ \S+|(?:lb|ns) \S+ \S+|\S+ \S+)/.exec(head)?.[0] ?? head;
}

/** Addresses by themselves, and vrIDs that share them. */
function isNoAddress({ head }: Block): boolean {
  return !/^(ns|vrID6?) /.test(head);
}

/**
 * The addresses of one configuration. One that both have is there, whether `add ns ip` said so or it came with
 * virtual servers: it only joins a vrID, or leaves it.
 */
function addresses(of: readonly Block[], other: readonly Block[]): Block[] {
  const said = of.filter((block) => !isNoAddress(block));
  const there = new Set(other.flatMap(({ head }) => [head, ...addressesOf(head)]));
  const known = new Set(said.map(({ head }) => head));
  const came = new Set(of.flatMap(({ head }) => addressesOf(head)));
  const bare = [...came].filter((head) => there.has(head) && !known.has(head));
  return [...said, ...bare.map((head) => ({ head, body: ['-type VIP'] }))];
}

/** Of a virtual server, in the words that `add ns ip` has for its address. */
function addressesOf(head: string): string[] {
  const [kind, what, , , address = ''] = head.split(' ');
  if (kind !== 'lb' || what !== 'vserver') return [];
  return [address.includes(':') ? `ns ip6 ${address}/128` : `ns ip ${address} 255.255.255.255`];
}

const DRAINED = 'disable -graceFul YES';

const rules: TreeRules = {
  kinds: ['lb monitor', 'server', 'vrID', 'vrID6', 'ns ip', 'ns ip6', 'serviceGroup', 'lb vserver'],
  settingOf: (line) => (/^(-monitorName|group) /.test(line) ? line : (line.split(' ')[0] ?? '')),
  undo,
  drain: ({ head, body }) => (head.startsWith('member ') && !body.some(isDisabled) ? [DRAINED] : []),
  holds,
  refersTo: (line) => {
    const [, what, name] = /^(member|group) (\S+)/.exec(line) ?? [];
    return what === undefined ? undefined : `${what === 'member' ? 'server' : 'serviceGroup'} ${name}`;
  },
  goesFirst: isDisabled,
  shared: () => false,
};

function isDisabled(line: Line): boolean {
  return typeof line === 'string' && line.startsWith('disable');
}

/** The whole command. */
function undo(line: string, [of = '', member]: readonly string[]): string {
  const name = nameOf(of);
  if (of === '') return `rm ${nameOf(line)}`;
  if (member !== undefined) return `enable ${name} ${endOf(member)}`;
  if (line.startsWith('-monitorName ')) return `unbind ${name} ${line}`;
  return line.startsWith('-') ? `unset ${name} ${line.split(' ')[0]}` : `unbind ${name} ${endOf(line)}`;
}

/** What stands behind `member` or `group`. */
function endOf(line: string): string {
  return line.slice(line.indexOf(' ') + 1);
}

/**
 * No two servers have one name or one address, no two groups or virtual servers one name, and no two virtual
 * servers one address, port and protocol, of which type ANY has both.
 */
function holds({ head }: Block): string[] {
  const words = head.split(' ');
  if (words[0] === 'server') return [nameOf(head), `address ${words[2]}`];
  if (words[0] === 'serviceGroup') return [nameOf(head)];
  const [kind, what, , type = '', address, port] = words;
  if (kind !== 'lb' || what !== 'vserver') return [];
  return [nameOf(head), ...protocolsOf(type).map((protocol) => `${address} ${port} ${protocol}`)];
}

function written(line: ChangeLine): string[] {
  if (typeof line === 'string') return [line];
  const { head, body, stays } = line;
  const name = nameOf(head);
  const options = body.filter((one) => typeof one === 'string').filter(isOption);
  const set = [...(stays ? ['set', name] : ['add', head]), ...options].join(' ');
  return [
    ...(stays && options.length === 0 ? [] : [set]),
    ...body.flatMap((one) => (typeof one === 'string' && isOption(one) ? [] : bound(name, one))),
  ];
}

function isOption(line: string): boolean {
  return line.startsWith('-') && !line.startsWith('-monitorName ');
}

/** What is bound to an object. A line that is a command already stays one. */
function bound(name: string, line: ChangeLine): string[] {
  if (typeof line === 'string') {
    if (line.startsWith('-')) return [`bind ${name} ${line}`];
    return [line.startsWith('group ') ? `bind ${name} ${endOf(line)}` : line];
  }
  const at = `${name} ${endOf(line.head)}`;
  const lines = line.body.filter((one) => typeof one === 'string');
  const weights = lines.filter((one) => one.startsWith('-'));
  return [
    ...(line.stays && weights.length === 0 ? [] : [[line.stays ? 'set' : 'bind', at, ...weights].join(' ')]),
    ...lines
      .filter((one) => !one.startsWith('-'))
      .map((one) => (isDisabled(one) ? one.replace('disable', `disable ${at}`) : one)),
  ];
}
