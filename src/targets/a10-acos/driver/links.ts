/** What objects need, hold and are about, as their names and settings tell. */
import type { ManagedObject, Settings } from '../../driving/objects/model.ts';

type Bare = Pick<ManagedObject, 'kind' | 'name' | 'parent' | 'settings'>;

export function linked(object: Bare): ManagedObject {
  return { ...object, needs: needsOf(object), holds: holdsOf(object), node: nodeOf(object) };
}

const REFERENCES: Readonly<Record<string, string>> = {
  'health-check': 'health monitor',
  'service-group': 'slb service-group',
  'template-port': 'slb template port',
  'template-tcp': 'slb template tcp',
  'template-udp': 'slb template udp',
  'template-persist-source-ip': 'slb template persist source-ip',
};

function needsOf({ kind, name, settings }: Bare): string[] {
  const named = Object.entries(REFERENCES).flatMap(([setting, of]) => keyIn(settings, setting, of));
  const [, server, port] = kind === 'slb service-group member' ? name.split(' ') : [];
  return [
    ...named,
    ...monitorsIn(settings).map((monitor) => `health monitor ${monitor}`),
    ...(server === undefined ? [] : [`slb server ${server}`, ...portKeys(server, port)]),
  ];
}

function keyIn(settings: Settings, setting: string, kind: string): string[] {
  const name = settings[setting];
  return typeof name === 'string' ? [`${kind} ${name}`] : [];
}

/** Of a compound: `compound sub A sub B and`. */
function monitorsIn({ method }: Settings): string[] {
  const words = typeof method === 'string' ? method.split(' ') : [];
  return words.filter((_, i) => words[i - 1] === 'sub');
}

/** Of whichever protocol the group is: only one of the two is there, or both are. */
function portKeys(server: string, port: string | undefined): string[] {
  return ['tcp', 'udp'].map((protocol) => `slb server port ${server} ${port} ${protocol}`);
}

/** No two servers, and no two virtual servers, have one address. */
function holdsOf({ kind, settings }: Bare): string[] {
  return typeof settings.address === 'string' ? [`${kind} ${settings.address}`] : [];
}

function nodeOf({ kind, name }: Bare): string | null {
  const [first = '', second = ''] = name.split(' ');
  if (kind === 'slb service-group member') return nodeNamed(second);
  return kind.startsWith('slb server') ? nodeNamed(first) : null;
}

/** What names.ts made of a node: its id, or what was left of a long one. */
export function nodeNamed(server: string): string | null {
  return /^roomlb-(.+)-v[46]$/.exec(server)?.[1] ?? null;
}
