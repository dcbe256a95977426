/** How an ACE is taken from one configuration to another: what its lines mean to each other. */
import type { TreeRules } from '../dialect/delta/tree.ts';
import type { Block } from '../dialect/text.ts';
import { UDP_MEDIA } from './names.ts';

export const treeRules: TreeRules = {
  kinds: [
    'probe',
    'rserver host',
    'parameter-map type connection',
    'serverfarm host',
    'sticky',
    'class-map match-all',
    'policy-map type loadbalance first-match',
    'policy-map multi-match',
    'service-policy input',
  ],
  settingOf,
  undo: (line) => (line === 'no inservice' ? 'inservice' : `no ${line}`),
  drain: ({ head, body }, path) =>
    head.startsWith('rserver ') && body.includes('inservice') && canDrain(path[0])
      ? ['inservice standby']
      : [],
  holds,
  refersTo: (line) => /^(class|rserver) (?!host )\S+/.exec(line)?.[0],
  // A class leads to one of them at a time.
  goesFirst: (line) => /^(sticky-)?serverfarm /.test(line),
  shared: () => false,
};

/** Whatever is not TCP would be torn down by it; see farms.ts. */
function canDrain(farm: string | undefined): boolean {
  return farm !== undefined && !farm.startsWith(`serverfarm host ${UDP_MEDIA}`);
}

function settingOf(line: string): string {
  if (line.startsWith('probe ')) return line;
  if (line === 'no inservice') return 'inservice';
  const [word = '', second = ''] = line.split(' ');
  return word === 'passdetect' || word === 'loadbalance' ? `${word} ${second}` : word;
}

/** No two class maps know one VIP and port, and no two real servers have one address; neither changes in use. */
function holds({ head, body }: Block): string[] {
  const [, kind, name] = /^(class-map match-all|rserver host) (\S+)$/.exec(head) ?? [];
  if (kind === undefined || name === undefined) return [];
  const known = body.filter((line) => typeof line === 'string' && /^(2 match|ip address) /.test(line));
  return [`${kind === 'rserver host' ? 'rserver' : 'class'} ${name}`, ...known.map(String)];
}
