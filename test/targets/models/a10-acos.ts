/** A10 ACOS, as its Command Line Interface Reference for ADC tells. Careful where it is silent: it refuses. */
import { indentedModel, type Section } from './indented.ts';
import type { Modelled } from './model.ts';

const HEADS = [
  ...['health monitor', 'slb template', 'slb server', 'slb service-group', 'slb virtual-server'],
  'vrrp-a vrid',
];

export const a10Acos: Modelled = {
  members: (shown) => {
    const counts = new Map<string, number>();
    let group = '';
    for (const line of shown) {
      if (!line.startsWith(' ')) group = line.startsWith('slb service-group ') ? line : '';
      else if (group !== '' && line.startsWith(' member ')) counts.set(group, (counts.get(group) ?? 0) + 1);
      else if (group !== '' && line === '  disable') counts.set(group, (counts.get(group) ?? 0) - 1);
    }
    return counts;
  },
  start: () =>
    indentedModel({
      indent: 2,
      opens: {
        '': HEADS,
        'slb server': ['port'],
        'slb service-group': ['member'],
        'slb virtual-server': ['port'],
        'vrrp-a vrid': ['blade-parameters'],
      },
      single: [
        ...['retry', 'up-retry', 'interval', 'method', 'idle-timeout', 'timeout', 'weight', 'health-check'],
        ...['health-check-disable', 'disable', 'vrid', 'service-group', 'priority'],
        ...['template tcp', 'template udp', 'template port', 'template persist source-ip'],
      ],
      defaults: { enable: 'disable' },
      nameOf,
      always: (head) => head.startsWith('vrrp-a vrid ') || head === 'blade-parameters',
      refuses,
    }),
  foreign: [
    'health monitor web',
    '  method tcp port 80',
    'slb template tcp web',
    '  idle-timeout 600',
    'slb server web 10.9.0.1',
    '  port 80 tcp',
    'slb service-group web tcp',
    '  health-check web',
    '  member web 80',
    'vrrp-a vrid 7',
    '  floating-ip 198.51.100.254',
    '  blade-parameters',
    '    fail-over-policy-template web',
    'slb virtual-server web 198.51.100.1',
    '  port 80 tcp',
    '    service-group web',
    '    template tcp web',
  ],
};

/** Pairs that exclude each other in one block. */
const EXCLUSIVE = [
  [/^health-check /, /^health-check-disable$/],
  [/^no-dest-nat$/, /^ipinip$/],
  [/^source-nat /, /^(no-dest-nat|ipinip)$/],
] as const;

function refuses(line: string, path: readonly Section[], root: Section): string | undefined {
  const here = path.at(-1)!;
  for (const [a, b] of EXCLUSIVE) {
    const other = a.test(line) ? b : b.test(line) ? a : undefined;
    if (other && [...here.lines].some((one) => other.test(one))) return 'excludes another setting';
  }
  if (line.startsWith('no ')) {
    const what = path.length === 1 ? line.slice(3) : `${nameOf(here.head)} ${line.slice(3)}`;
    return path.length === 1 || what.startsWith('slb server ') ? inUse(what, root) : undefined;
  }
  return clash(line, path, root) ?? lacking(line, here, root);
}

function inUse(what: string, root: Section): string | undefined {
  for (const { head, lines, sections } of root.sections.values()) {
    const users = [...lines, ...sections.keys(), ...[...sections.values()].flatMap((one) => [...one.lines])];
    if (users.some((line) => needsOf(line, head).includes(what))) return `in use by ${head}`;
  }
  return undefined;
}

function nameOf(head: string): string {
  return /^slb (server|service-group|virtual-server) \S+/.exec(head)?.[0] ?? head;
}

/** What has to be there for a line in this block: heads of objects by name, and ports of servers. */
function needsOf(line: string, place: string): string[] {
  const words = line.split(' ');
  const [word = ''] = words;
  switch (word) {
    case 'health-check':
      return [`health monitor ${words[1]}`];
    case 'method':
      return words.flatMap((word, i) => (words[i - 1] === 'sub' ? [`health monitor ${word}`] : []));
    case 'template':
      return [`slb ${line}`];
    case 'service-group':
      return [`slb ${line}`];
    case 'vrid':
      return [`vrrp-a ${line}`];
    case 'member':
      return [`slb server ${words[1]}`, `slb server ${words[1]} port ${words[2]} ${place.split(' ')[3]}`];
    default:
      return [];
  }
}

function lacking(line: string, { head }: Section, root: Section): string | undefined {
  const there = (need: string): boolean => {
    const [, server, port] = /^(slb server \S+) (port .*)$/.exec(need) ?? [];
    // VRIDs are always there: with nothing in them, they do not show.
    if (need.startsWith('vrrp-a ')) return true;
    return server === undefined
      ? root.sections.has(need)
      : (root.sections.get(server)?.sections.has(port!) ?? false);
  };
  return needsOf(line, head).every(there) ? undefined : 'there is no such thing';
}

/** A name or an address that another object of this kind has. */
function clash(line: string, path: readonly Section[], root: Section): string | undefined {
  const [, kind, name, address] = /^slb (server|virtual-server) (\S+) (\S+)$/.exec(line) ?? [];
  if (kind === undefined || path.length > 1) return undefined;
  for (const { head } of root.sections.values()) {
    const [, other, its, at] = head.split(' ');
    if (other === kind && (its === name) !== (at === address)) return `clashes with ${head}`;
  }
  return undefined;
}
