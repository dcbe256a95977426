/** How ACOS is taken from one configuration to another: what its lines mean to each other. */
import type { TreeRules } from '../dialect/delta/tree.ts';
import type { Block } from '../dialect/text.ts';

export const treeRules: TreeRules = {
  kinds: [
    'health monitor',
    'slb template',
    'vrrp-a vrid',
    'slb server',
    'slb service-group',
    'slb virtual-server',
  ],
  settingOf,
  undo: (line) => (line === 'disable' ? 'enable' : `no ${nameOf(line)}`),
  drain: ({ head, body }, path) =>
    path[0]?.startsWith('slb service-group ') && head.startsWith('member ') && !body.includes('disable')
      ? ['disable']
      : [],
  holds,
  refersTo: (line) => {
    const [, server] = /^member (\S+)/.exec(line) ?? [];
    return server === undefined ? undefined : `slb server ${server}`;
  },
  // These exclude each other, and whoever takes new connections again comes before others stop.
  goesFirst: (line) => /^(disable$|health-check|no-dest-nat|ipinip|source-nat)/.test(line),
  // Others may have the same id, and track more with it.
  shared: (head) => /^(vrrp-a vrid |blade-parameters$)/.test(head),
};

/** `template udp NAME`, `template persist source-ip NAME`: one of each kind. */
function settingOf(line: string): string {
  const words = line.split(' ');
  return words[0] === 'template' ? words.slice(0, -1).join(' ') : (words[0] ?? '');
}

/** Objects are taken back by their names, without the address or protocol behind it. */
function nameOf(line: string): string {
  return /^slb (server|service-group|virtual-server) \S+/.exec(line)?.[0] ?? line;
}

/** No two servers, and no two virtual servers, have one name or one address. */
function holds({ head }: Block): string[] {
  const [, name, kind, address] = /^(slb (server|virtual-server) \S+) (\S+)$/.exec(head) ?? [];
  return name === undefined ? [] : [name, `${kind} ${address}`];
}
