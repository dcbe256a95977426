/**
 * How an Alteon is taken from one configuration to another. Nothing counts before `apply`, so that the order of
 * its commands means little. Draining is operational and of a whole real server: "/oper/slb/dis".
 */
import type { Intent } from '../../intent/model.ts';
import { treeDelta, type ChangeLine, type TreeRules } from '../dialect/delta/tree.ts';
import type { Block, Line } from '../dialect/text.ts';
import type { ChangesByCommand } from '../target.ts';

const INDENT = '    ';

/** @param blocksOf everything that an intent is rendered to */
export function menuChanges(blocksOf: (intent: Intent) => readonly Block[]): ChangesByCommand {
  return {
    comment: '/*',
    between: (from, to) => {
      const [old, now] = [blocksOf(from).map(withMembers), blocksOf(to).map(withMembers)];
      const { change } = treeDelta(nested(old), nested(now), rules);
      const commands = change.flatMap((line) => written(line));
      if (commands.length === 0) return { drain: [], change: [] };
      const leaving = realsLeaving(old, now);
      const stay = leaving.filter((real) => now.some(({ head }) => head === `${REAL} ${real}`));
      return {
        drain: leaving.map((real) => `/oper/slb/dis ${real} n`),
        change: [...commands, 'apply', 'save', ...stay.map((real) => `/oper/slb/ena ${real}`)],
      };
    },
  };
}

const REAL = '/c/slb/real';
const GROUP = '/c/slb/group';

/** A group with each of its members as a block, in which `dis` is what may change. */
function withMembers({ head, body }: Block): Block {
  if (!head.startsWith(`${GROUP} `)) return { head, body };
  const out = new Set(body.filter((line) => typeof line === 'string' && line.startsWith('dis ')));
  return {
    head,
    body: body.flatMap((line): Line[] => {
      if (typeof line !== 'string' || !line.startsWith('add ')) return out.has(line) ? [] : [line];
      const dis = line.replace('add', 'dis');
      return [{ head: line, body: out.has(dis) ? [dis] : [] }];
    }),
  };
}

/** Services inside their virtual servers, and what belongs to a service inside that: they go with it. */
function nested(blocks: readonly Block[]): Block[] {
  const bodies = new Map<string, Line[]>();
  const tops: Block[] = [];
  for (const { head, body } of blocks) {
    const lines = [...body];
    bodies.set(head, lines);
    const at = head.startsWith('/c/slb/virt ') ? head.search(/\/(service [^/]*|pip)$/) : -1;
    const parent = at < 0 ? undefined : bodies.get(head.slice(0, at));
    if (parent) parent.push({ head: head.slice(at + 1), body: lines });
    else tops.push({ head, body: lines });
  }
  return tops;
}

/** What a setting is that nobody made: /cfg/slb/real, /cfg/slb/virt/service and its pip. */
const DEFAULTS: Readonly<Record<string, string>> = {
  weight: 'weight 1',
  rport: 'rport 0',
  nonat: 'nonat dis',
  pbind: 'pbind disable',
  ptmout: 'ptmout 10',
  mode: 'mode ingress',
};

const rules: TreeRules = {
  kinds: ['/c/slb/advhc/health', REAL, GROUP, '/c/l3/vrrp/vr', '/c/slb/virt'],
  settingOf,
  undo,
  drain: () => [],
  // Only what is applied is held together: addresses may be exchanged in between.
  holds: () => [],
  // The menu of a service's source address is always there.
  shared: (head) => head === 'pip',
};

function settingOf(line: string): string {
  return line.split(' ')[0] ?? '';
}

function undo(line: string, path: readonly string[]): string {
  const setting = settingOf(line);
  if (path.length === 0 || setting === 'service') return [...path, line, 'del'].join('/');
  if (setting === 'add') return line.replace('add', 'rem');
  if (setting === 'dis') return line.replace('dis', 'ena');
  const usual = DEFAULTS[setting];
  if (usual === undefined) throw new Error(`${setting} of ${path.join('/')} cannot be left out`);
  return usual;
}

/** @param above the menus around, with a slash at the end */
function written(line: ChangeLine, above = ''): string[] {
  if (typeof line === 'string') return [line];
  const { head, body, stays } = line;
  const isBelow = (one: ChangeLine) =>
    typeof one === 'string' ? one.startsWith('/') : /^(service |pip$)/.test(one.head);
  const here = body.filter((one) => !isBelow(one)).flatMap((one) => settings(one));
  return [
    ...(stays && here.length === 0 ? [] : [above + head, ...here.map((text) => INDENT + text)]),
    ...body.filter(isBelow).flatMap((one) => written(one, `${above}${head}/`)),
  ];
}

/** A line of a menu; a member with what is said of it; a menu inside, such as `http`. */
function settings(line: ChangeLine): string[] {
  if (typeof line === 'string') return [line];
  const inner = line.body.flatMap(settings);
  if (!line.head.startsWith('add ')) return [line.head, ...inner.map((text) => INDENT + text)];
  return [...(line.stays ? [] : [line.head]), ...inner];
}

/** Real servers that something leads to, and of which some group takes leave, for good or by `dis`, or whose address moves. */
function realsLeaving(old: readonly Block[], now: readonly Block[]): string[] {
  const after = new Map(now.map((block) => [block.head, block]));
  const addressOf = (block: Block | undefined) =>
    block?.body.find((line) => typeof line === 'string' && line.startsWith('rip '));
  const before = new Map(old.map((block) => [block.head, block]));
  const leaving = old.flatMap((group) => {
    if (!group.head.startsWith(`${GROUP} `)) return [];
    const stay = new Set(realsTaking(after.get(group.head)));
    return realsTaking(group).filter((real) => {
      const head = `${REAL} ${real}`;
      return !stay.has(real) || addressOf(before.get(head)) !== addressOf(after.get(head));
    });
  });
  return [...new Set(leaving)];
}

function realsTaking(group: Block | undefined): string[] {
  return (group?.body ?? []).flatMap((line) =>
    typeof line !== 'string' && line.head.startsWith('add ') && line.body.length === 0
      ? [line.head.slice('add '.length)]
      : [],
  );
}
