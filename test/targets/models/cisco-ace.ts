/** Cisco ACE, as its Command Reference tells. Careful where it is silent: nothing changes while it is in use. */
import { indentedModel, type Section } from './indented.ts';
import type { Modelled } from './model.ts';

const POLICY = 'policy-map type loadbalance first-match';
const MULTI = 'policy-map multi-match';
const HEADS = [
  ...['probe', 'rserver host', 'parameter-map type connection', 'serverfarm host', 'sticky'],
  ...['class-map match-all', POLICY, MULTI],
];

export const ciscoAce: Modelled = {
  members: (shown) => {
    const counts = new Map<string, number>();
    let farm = '';
    for (const line of shown) {
      if (!line.startsWith(' ')) farm = line.startsWith('serverfarm host ') ? line : '';
      else if (farm !== '' && line === '  inservice') counts.set(farm, (counts.get(farm) ?? 0) + 1);
    }
    return counts;
  },
  cuts: (group) => group.startsWith('serverfarm host roomlb-media-udp-'),
  start: () =>
    indentedModel({
      indent: 2,
      opens: { '': HEADS, 'serverfarm host': ['rserver'], [POLICY]: ['class'], [MULTI]: ['class'] },
      single: [
        ...['port', 'interval', 'faildetect', 'passdetect interval', 'passdetect count', 'receive', 'open'],
        ...['request method', 'expect', 'send-hex-data', 'ip address', 'weight', 'inservice', 'predictor'],
        ...['timeout', 'set timeout inactivity', 'serverfarm', 'sticky-serverfarm', 'loadbalance policy'],
        ...['nat dynamic', 'connection advanced-options'],
      ],
      defaults: { 'no inservice': 'inservice' },
      nameOf: (head) => head,
      always: () => false,
      refuses,
    }),
  foreign: [
    'probe tcp web',
    '  port 80',
    'rserver host web',
    '  ip address 10.9.0.1',
    '  inservice',
    'serverfarm host web',
    '  probe web',
    '  rserver web 80',
    '    inservice',
    'class-map match-all web',
    '  2 match virtual-address 198.51.100.1 tcp eq 80',
    `${POLICY} web`,
    '  class class-default',
    '    serverfarm web',
    `${MULTI} web`,
    '  class web',
    '    loadbalance vip inservice',
    '    loadbalance policy web',
    'service-policy input web',
  ],
};

function refuses(line: string, path: readonly Section[], root: Section): string | undefined {
  const here = path.at(-1)!;
  if (line.startsWith('no ')) return path.length === 1 ? inUse(line.slice(3), root) : undefined;
  if (needOf(line, here.head).some((need) => !has(root, need))) return 'there is no such thing';
  const other = { serverfarm: 'sticky-serverfarm ', 'sticky-serverfarm': 'serverfarm ' }[line.split(' ')[0]!];
  if (other !== undefined && [...here.lines].some((one) => one.startsWith(other)))
    return 'it leads elsewhere';
  if (!/^(2 match|ip address) /.test(line)) return undefined;
  if (here.lines.size > 0 && !here.lines.has(line)) return 'it says something else already';
  const twin = [...root.sections.values()].find((one) => one !== here && one.lines.has(line));
  return twin && `${twin.head} has the same`;
}

/** The head that an object was made by, behind which a reference to it stands. */
function needOf(line: string, place: string): string[] {
  const words = line.split(' ');
  const [word = '', second = ''] = words;
  const last = words.at(-1) ?? '';
  switch (word) {
    case 'probe':
      return place === '' ? [] : [`probe * ${second}`];
    case 'rserver':
      return second === 'host' ? [] : [`rserver host ${second}`];
    case 'serverfarm':
      return second === 'host' ? [] : [`serverfarm host ${second}`];
    case 'sticky-serverfarm':
      return [`sticky * ${second}`];
    case 'class':
      return second === 'class-default' ? [] : [`class-map match-all ${second}`];
    case 'loadbalance':
      return second === 'policy' ? [`${POLICY} ${last}`] : [];
    case 'connection':
      return [`parameter-map type connection ${last}`];
    case 'service-policy':
      return [`${MULTI} ${last}`];
    default:
      return [];
  }
}

function has(root: Section, need: string): boolean {
  return [...root.sections.keys()].some((head) => is(head, need));
}

/** `probe * NAME`, `sticky * NAME`: whatever its kind. */
function is(head: string, need: string): boolean {
  const [start, name] = need.split(' * ');
  return name === undefined ? head === need : head.startsWith(`${start} `) && head.endsWith(` ${name}`);
}

function inUse(what: string, root: Section): string | undefined {
  const users = [root, ...everyBlock(root)];
  const user = users.find(({ head, lines, sections }) =>
    [...lines, ...[...sections.values()].map((one) => one.head)].some((line) =>
      needOf(line, head).some((need) => is(what, need)),
    ),
  );
  return user && `in use by ${user.head}`;
}

function* everyBlock({ sections }: Section): Generator<Section> {
  for (const one of sections.values()) {
    yield one;
    yield* everyBlock(one);
  }
}
