/**
 * How a BIG-IP is taken from one configuration to another: `create`, `modify` and `delete` in one transaction,
 * all of which is done or nothing ("cli transaction"). Typed into bash, like the script of the whole.
 */
import type { Intent } from '../../intent/model.ts';
import { treeDelta, type Change, type ChangeLine, type TreeRules } from '../dialect/delta/tree.ts';
import type { Block } from '../dialect/text.ts';
import type { ChangesByCommand } from '../target.ts';
import { createWords, settingWords, type Attribute, type Item, type TmshObject } from './tmsh.ts';

/**
 * Virtual addresses come and go by themselves, with the first and the last virtual server that has one, and
 * with the very settings that the file gives them ("ltm virtual-address", auto-delete). Others may share them.
 */
const BY_ITSELF = 'ltm virtual-address';

/** @param objectsOf everything that an intent is rendered to */
export function transactions(objectsOf: (intent: Intent) => readonly TmshObject[]): ChangesByCommand {
  const owned = (intent: Intent) => objectsOf(intent).filter(({ component }) => component !== BY_ITSELF);
  return {
    comment: '#',
    between: (from, to) => {
      const now = owned(to);
      const { drain, change } = treeDelta(owned(from).map(blockOf), now.map(blockOf), rules);
      const made = new Map(now.map((object) => [headOf(object), object]));
      const commands = change.flatMap((line) => commandsOf(line, made));
      return {
        drain: session(drain.flatMap((line) => commandsOf(line, made))),
        change: session(
          commands.length === 0 ? [] : ['create cli transaction', ...commands, 'submit cli transaction'],
        ),
      };
    },
  };
}

function session(commands: readonly string[]): string[] {
  return commands.length === 0 ? [] : ["tmsh <<'END'", ...commands, 'END'];
}

const MEMBERS = 'members';

/** Members of a pool can be changed one by one; any other attribute is set as a whole. */
function blockOf(object: TmshObject): Block {
  return { head: headOf(object), body: object.attributes.flatMap(linesOf) };
}

function linesOf(attribute: Attribute): (string | Block)[] {
  return attribute.name === MEMBERS && 'items' in attribute
    ? attribute.items.map(memberBlock)
    : [settingWords(attribute)];
}

function memberBlock({ key, attributes }: Item): Block {
  return { head: `${MEMBERS} ${key}`, body: attributes.map(settingWords) };
}

function headOf({ component, name }: TmshObject): string {
  return `${component} ${name}`;
}

/** What an attribute is that nobody sets: "ltm pool", "ltm virtual". */
const DEFAULTS: Readonly<Record<string, string>> = {
  'load-balancing-mode': 'load-balancing-mode round-robin',
  monitor: 'monitor none',
  persist: 'persist none',
  profiles: 'profiles none',
  ratio: 'ratio 1',
  session: 'session user-enabled',
  'source-address-translation': 'source-address-translation { type none }',
};

const DISABLED = 'session user-disabled';

const rules: TreeRules = {
  kinds: ['ltm monitor', 'ltm profile', 'ltm persistence', 'ltm node', 'ltm pool', 'ltm virtual'],
  settingOf,
  undo,
  drain: ({ head, body }) => (head.startsWith(`${MEMBERS} `) && !body.includes(DISABLED) ? [DISABLED] : []),
  holds,
  refersTo: (line) => {
    const [, node] = /^members (\S+):\d+$/.exec(line) ?? [];
    return node === undefined ? undefined : `ltm node ${node}`;
  },
  goesFirst: (line) => line === DISABLED,
  shared: () => false,
};

function settingOf(line: string): string {
  return line.slice(0, line.indexOf(' '));
}

function undo(line: string, path: readonly string[]): string {
  if (path.length === 0) return `delete ${line}`;
  const setting = settingOf(line);
  if (setting === MEMBERS) return `${MEMBERS} delete { ${line.slice(MEMBERS.length + 1)} }`;
  // A member without a monitor of its own has that of its pool.
  if (setting === 'monitor' && path.length > 1) return 'monitor default';
  const whole = DEFAULTS[setting];
  if (whole === undefined) throw new Error(`${setting} of ${path.join(', ')} cannot be left out`);
  return whole;
}

/** A node keeps its address, and no two have one. No two virtual servers have one destination and protocol. */
function holds({ head, body }: Block): string[] {
  const lines = words(body);
  if (head.startsWith('ltm node ')) return [head, ...lines];
  if (!head.startsWith('ltm virtual ')) return [];
  const is = (setting: string) => lines.filter((line) => settingOf(line) === setting);
  return [[...is('destination'), ...is('ip-protocol')].join(' ')];
}

/** @param made objects by the head of their block */
function commandsOf(line: ChangeLine, made: ReadonlyMap<string, TmshObject>): string[] {
  if (typeof line === 'string') return [line];
  const object = made.get(line.head);
  return line.stays || !object ? modifications(line) : [`create ${createWords(object)}`];
}

/** Attributes of the object together, then each member by itself. */
function modifications({ head, body }: Change): string[] {
  const settings = words(body).filter((line) => settingOf(line) !== MEMBERS);
  const members = body.flatMap((line) => {
    if (typeof line === 'string') return settingOf(line) === MEMBERS ? [line] : [];
    const item = [line.head.slice(MEMBERS.length + 1), '{', ...words(line.body), '}'].join(' ');
    return [`${MEMBERS} ${line.stays ? 'modify' : 'add'} { ${item} }`];
  });
  return [...(settings.length > 0 ? [settings.join(' ')] : []), ...members].map(
    (text) => `modify ${head} ${text}`,
  );
}

function words(body: readonly ChangeLine[]): string[] {
  return body.filter((line) => typeof line === 'string');
}
