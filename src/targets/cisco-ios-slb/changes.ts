/** How a router is taken from one configuration to another: what its lines mean to each other. */
import type { ChangeLine, TreeRules } from '../dialect/delta/tree.ts';
import type { Block } from '../dialect/text.ts';

/** Settings of which a block has any number, each line by itself. */
const LISTS = /^(probe|response) /;

export const treeRules: TreeRules = {
  kinds: ['ip slb probe', 'interface', 'ip slb serverfarm', 'ip slb vserver'],
  settingOf,
  undo: (line) => (line === 'no inservice' ? 'inservice' : `no ${undoable(line)}`),
  around,
  drain: ({ head, body }) => (head.startsWith('real ') && body.includes('inservice') ? ['no inservice'] : []),
  holds,
  shared: (head) => head.startsWith('interface '),
};

function settingOf(line: string): string {
  if (LISTS.test(line)) return line;
  if (line.startsWith('no ')) return settingOf(line.slice(3));
  const [word = '', second = '', third = ''] = line.split(' ');
  // `standby 51 priority 100`, `nat server`, `nat client POOL`
  if (word === 'standby') return `standby ${second} ${third}`;
  return word === 'nat' || word === 'request' ? `${word} ${second}` : word;
}

/** The head of a probe without its kind: "no ip slb probe probe" takes the name alone. */
function undoable(line: string): string {
  return /^ip slb probe \S+/.exec(line)?.[0] ?? line;
}

/** A virtual server is out of service while it is led elsewhere, so that no connection sees half of it. */
function around({ head, body }: Block, changes: readonly ChangeLine[]): readonly ChangeLine[] {
  const led = changes.some((line) => typeof line === 'string' && line.startsWith('serverfarm '));
  if (!head.startsWith('ip slb vserver ') || !led) return changes;
  const inservice = body.filter((line) => typeof line === 'string' && line.startsWith('inservice'));
  return ['no inservice', ...changes.filter((line) => !inservice.includes(line)), ...inservice];
}

/**
 * "virtual (virtual server)": one address, protocol and port, which cannot be changed while in service. No
 * two HSRP groups have one name.
 */
function holds({ body }: Block): string[] {
  return body.flatMap((line) => {
    if (typeof line !== 'string') return [];
    const [, name] = /^standby \d+ (name .*)/.exec(line) ?? [];
    return name !== undefined ? [name] : line.startsWith('virtual ') ? [line] : [];
  });
}
