/** Cisco NX-OS with ITD and NAT, as its guides tell. Careful where they are silent: nothing changes while in use. */
import { indentedModel, type Section } from './indented.ts';
import type { Modelled } from './model.ts';

export const ciscoNxosItd: Modelled = {
  members: (shown) => {
    const counts = new Map<string, number>();
    let group = '';
    for (const line of shown) {
      if (!line.startsWith(' ')) group = line.startsWith('itd device-group ') ? line : '';
      if (group === '') continue;
      if (line.startsWith(' node ')) counts.set(group, (counts.get(group) ?? 0) + 1);
      if (line === '  mode hot-standby') counts.set(group, (counts.get(group) ?? 0) - 1);
    }
    return counts;
  },
  // ITD knows no connections: whoever takes no new ones loses all.
  cuts: () => true,
  start: () =>
    indentedModel({
      indent: 2,
      opens: {
        '': ['interface', 'itd device-group', 'itd'],
        interface: ['hsrp'],
        'itd device-group': ['node ip', 'node ipv6'],
      },
      single: [
        ...['probe', 'port', 'weight', 'mode', 'load-balance', 'failaction', 'priority', 'timers'],
        'no shutdown',
      ],
      defaults: { shutdown: 'no shutdown' },
      negative: ['no shutdown'],
      nameOf: (head) => head,
      always: (head) => head.startsWith('interface '),
      refuses,
    }),
  foreign: [
    'itd device-group WEB',
    '  probe icmp',
    '  node ip 10.9.0.1',
    'itd WEB',
    '  virtual ip 198.51.100.1 255.255.255.255 tcp 80 advertise enable device-group WEB',
    '  ingress interface Vlan10',
    '  no shutdown',
    'interface Vlan10',
    '  hsrp 200',
    '    ip 192.0.2.1',
    'ip nat inside source static tcp 10.9.0.2 80 198.51.100.2 80',
  ],
};

function refuses(line: string, path: readonly Section[], root: Section): string | undefined {
  const [, outer] = path;
  if (outer === undefined) return line.startsWith('no ') ? inUse(line.slice(3), root) : taken(line, root);
  const open = servicesOf(root).filter(({ lines }) => lines.has('no shutdown'));
  if (open.includes(outer) && line !== 'shutdown') return 'the service is not shut';
  const user = open.find(({ lines }) => leadsTo(lines, outer.head));
  if (user) return `${user.head} uses the group, and is not shut`;
  if (!line.startsWith('virtual ')) return undefined;
  const group = `itd ${/device-group \S+$/.exec(line)![0]}`;
  if (!root.sections.has(group)) return 'there is no such group';
  return servicesOf(root).some(({ lines }) => [...lines].some((one) => endOf(one) === endOf(line)))
    ? 'another line leads elsewhere'
    : undefined;
}

function servicesOf(root: Section): Section[] {
  return [...root.sections.values()].filter(({ head }) => /^itd (?!device-group )/.test(head));
}

function leadsTo(lines: ReadonlySet<string>, group: string): boolean {
  return [...lines].some((line) => `itd ${/device-group \S+$/.exec(line)?.[0] ?? ''}` === group);
}

/** What clients see of a virtual line: address, protocol and port. */
function endOf(line: string): string {
  return /^virtual .* advertise/.exec(line)?.[0] ?? line;
}

function inUse(what: string, root: Section): string | undefined {
  const user = servicesOf(root).find(({ lines }) => leadsTo(lines, what));
  return user && `${user.head} uses it`;
}

/** Either end of a translation is in one only. */
function taken(line: string, root: Section): string | undefined {
  const ends = endsOf(line);
  if (ends.length === 0) return undefined;
  const other = [...root.lines].find((one) => endsOf(one).some((end) => ends.includes(end)));
  return other && `${other} has it`;
}

function endsOf(line: string): string[] {
  const [, protocol, inside, outside] =
    /^ip nat inside source static (\S+) (\S+ \S+) (\S+ \S+)$/.exec(line) ?? [];
  return protocol === undefined ? [] : [`inside ${protocol} ${inside}`, `outside ${protocol} ${outside}`];
}
