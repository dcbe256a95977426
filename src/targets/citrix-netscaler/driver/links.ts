/** What objects need, hold and are about, as their names and settings tell. */
import type { ManagedObject } from '../../driving/objects/model.ts';
import { protocolsOf } from '../vservers.ts';
import { MEMBER } from './kinds.ts';

type Bare = Pick<ManagedObject, 'kind' | 'name' | 'parent' | 'settings'>;

export function linked(object: Bare): ManagedObject {
  return { ...object, needs: needsOf(object), holds: holdsOf(object), node: nodeOf(object) };
}

/** What a part binds, behind the name of what it is bound to. */
const BOUND: Readonly<Record<string, string>> = {
  [MEMBER]: 'server',
  servicegroup_lbmonitor_binding: 'lbmonitor',
  lbvserver_servicegroup_binding: 'servicegroup',
};

function needsOf({ kind, name }: Bare): string[] {
  const bound = BOUND[kind];
  return bound === undefined ? [] : [`${bound} ${name.split(' ')[1]}`];
}

/** No two servers have one address, and no two virtual servers one address, port and protocol. */
function holdsOf({ kind, settings }: Bare): string[] {
  if (kind === 'server') return [`server ${settings.ipaddress}`];
  if (kind !== 'lbvserver') return [];
  const { servicetype, ipv46, port } = settings;
  return protocolsOf(String(servicetype)).map((protocol) => `${ipv46} ${port} ${protocol}`);
}

function nodeOf({ kind, name }: Bare): string | null {
  const [first = '', second = ''] = name.split(' ');
  if (kind === 'server') return nodeNamed(first);
  return kind === MEMBER ? nodeNamed(second) : null;
}

/** What names.ts made of a node: its id, or what was left of a long one. */
function nodeNamed(server: string): string | null {
  return /^roomlb-srv-(.+)-v[46]$/.exec(server)?.[1] ?? null;
}
