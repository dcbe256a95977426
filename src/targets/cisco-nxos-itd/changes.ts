/**
 * How a switch is taken from one configuration to another. A service of ITD, and a device group that one uses, is
 * changed while the service is shut; static NAT goes on meanwhile. Nothing drains: nothing is remembered.
 */
import type { Intent } from '../../intent/model.ts';
import { treeDelta, type ChangeLine, type TreeRules } from '../dialect/delta/tree.ts';
import { indented, type Block, type Line } from '../dialect/text.ts';
import type { ChangesByCommand } from '../target.ts';
import { OPEN } from './itd.ts';

const STANDBY = 'mode hot-standby';

const treeRules: TreeRules = {
  kinds: ['interface', 'itd device-group', 'itd', 'ip nat inside source static'],
  settingOf: (line) => (/^(virtual|ingress) /.test(line) ? line : (line.split(' ')[0] ?? '')),
  undo: (line) => `no ${line}`,
  // Others take clients before this one stops.
  drain: ({ head, body }) => (head.startsWith('node ') && !body.includes(STANDBY) ? [STANDBY] : []),
  holds,
  goesFirst: (line) => line === STANDBY || line.startsWith('virtual '),
  shared: (head) => head.startsWith('interface '),
};

/** No two services serve one address; no two translations have one end in common. */
function holds({ head, body }: Block): string[] {
  const [, inside, outside] = /^ip nat inside source static (\S+ \S+ \S+) (\S+ \S+)$/.exec(head) ?? [];
  if (inside !== undefined && outside !== undefined)
    return [`inside ${inside}`, `outside ${inside.split(' ')[0] ?? ''} ${outside}`];
  const addresses = body.flatMap((line) =>
    typeof line === 'string' ? (/^virtual (\S+ \S+) /.exec(line)?.[1] ?? []) : [],
  );
  return [...new Set(addresses)];
}

export function changes(indent: string, blocksOf: (intent: Intent) => readonly Block[]): ChangesByCommand {
  return {
    comment: '!',
    between: (from, to) => ({ drain: [], change: indented(between(blocksOf(from), blocksOf(to)), indent) }),
  };
}

function between(from: readonly Block[], to: readonly Block[]): ChangeLine[] {
  const { change } = treeDelta(from, to, treeRules);
  const heads = new Set(change.map((line) => (typeof line === 'string' ? line : line.head)));
  const isTouched = ({ head, body }: Block): boolean =>
    heads.has(head) || body.flatMap(groupIn).some((group) => heads.has(group) || heads.has(`no ${group}`));
  const goesEarly = ({ head }: Block): boolean => heads.has(`no ${head}`);
  const shut = from.filter((block) => isService(block) && isTouched(block) && !goesEarly(block));
  const shutHeads = new Set(shut.map(({ head }) => head));
  const open = to.filter((block) => isService(block) && (shutHeads.has(block.head) || heads.has(block.head)));
  return [
    ...change.filter(isTranslation),
    ...shut.map(({ head }) => ({ head, stays: true as const, body: ['shutdown'] })),
    ...change.filter((line) => !isTranslation(line)).map(withoutOpening),
    ...open.map(({ head }) => ({ head, stays: true as const, body: [OPEN] })),
  ];
}

/** Not within the moment in which services are shut. */
function isTranslation(line: ChangeLine): boolean {
  return /^(no )?ip nat /.test(typeof line === 'string' ? line : line.head);
}

function isService({ head }: Block): boolean {
  return head.startsWith('itd ') && !head.startsWith('itd device-group ');
}

/** The head of the device group that a line of a service leads to. */
function groupIn(line: Line): string[] {
  const group = typeof line === 'string' ? /device-group \S+$/.exec(line)?.[0] : undefined;
  return group === undefined ? [] : [`itd ${group}`];
}

function withoutOpening(line: ChangeLine): ChangeLine {
  return typeof line === 'string' ? line : { ...line, body: line.body.filter((one) => one !== OPEN) };
}
