/** How a PAS-K is taken from one configuration to another: what its lines mean to each other. */
import type { Intent } from '../../intent/model.ts';
import { treeDelta, type TreeRules } from '../dialect/delta/tree.ts';
import type { Block } from '../dialect/text.ts';
import type { ChangesByCommand } from '../target.ts';
import { applied } from './text.ts';

const treeRules: TreeRules = {
  kinds: ['health-check', 'real', 'slb'],
  settingOf,
  undo: (line) => `no ${line}`,
  drain: ({ head, body }, path) =>
    path[0]?.startsWith('slb ') && head.startsWith('real ') && body.includes('status enable')
      ? ['status disable']
      : [],
  holds,
  refersTo: (line) => /^real \S+$/.exec(line)?.[0],
  shared: () => false,
};

function settingOf(line: string): string {
  const [word = '', second = ''] = line.split(' ');
  return word === 'sticky' || word === 'session-timeout' ? `${word} ${second}` : word;
}

/** No two services have one address and port; a real server does not change its address while it is in use. */
function holds({ head, body }: Block): string[] {
  const lines = body.filter((line) => typeof line === 'string');
  if (head.startsWith('real ')) return [head, ...lines.filter((line) => /^(name|rip) /.test(line))];
  return lines.flatMap((line) => {
    const [, vip, ports = ''] = /^(vip \S+ protocol \S+) vport (\S+)$/.exec(line) ?? [];
    return vip === undefined ? [] : ports.split(',').map((port) => `${vip} ${port}`);
  });
}

export function changes(blocksOf: (intent: Intent) => readonly Block[]): ChangesByCommand {
  return {
    comment: '!',
    between: (from, to) => {
      const { drain, change } = treeDelta(blocksOf(from), blocksOf(to), treeRules);
      return { drain: applied(drain), change: applied(change) };
    },
  };
}
