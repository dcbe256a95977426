/** A tenant, looked at object by object. */
import { isRecord } from '../../../json.ts';
import type { Pool, Texts } from '../../driving/changes.ts';
import type { Tenant } from '../model.ts';

type Content = Readonly<Record<string, unknown>>;

export interface TenantView {
  /** Lines of JSON by `application/object`, or by what else the tenant has. */
  readonly texts: Texts;
  readonly pools: ReadonlyMap<string, Pool>;
  /** The one node that an object is about, by the same keys; others are left out. */
  readonly nodes: ReadonlyMap<string, string>;
  /** `tcp 203.0.113.10:443`, by the keys of services. */
  readonly services: ReadonlyMap<string, string>;
}

export function viewTenant(tenant: Tenant | null): TenantView {
  const view = {
    texts: new Map<string, string[]>(),
    pools: new Map<string, Pool>(),
    nodes: new Map<string, string>(),
    services: new Map<string, string>(),
  };
  const rest: Record<string, unknown> = {};
  for (const [application, content] of Object.entries(tenant ?? {})) {
    if (!isRecord(content) || content.class !== 'Application') {
      rest[application] = content;
      continue;
    }
    const settings: Record<string, unknown> = {};
    for (const [name, object] of Object.entries(content)) {
      if (!isObject(object)) {
        settings[name] = object;
        continue;
      }
      const key = `${application}/${name}`;
      view.texts.set(key, linesOf(object));
      const node = nodeOf(name, object);
      if (node !== null) view.nodes.set(key, node);
      if (object.class === 'Pool') view.pools.set(key, poolOf(name, object));
      if (object.class === 'Service_L4') view.services.set(key, frontOf(object));
    }
    view.texts.set(application, linesOf(settings));
  }
  if (tenant) view.texts.set('tenant', linesOf(rest));
  return view;
}

/** What has a class of its own; all else is a setting. */
function isObject(value: unknown): value is Content {
  return isRecord(value) && typeof value.class === 'string';
}

/** Whatever the order of keys, which says nothing. */
function linesOf(value: unknown): string[] {
  return JSON.stringify(value, sorted, 2).split('\n').slice(1, -1);
}

function sorted(_key: string, value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What declaration.ts names pools after. */
function poolOf(name: string, pool: Content): Pool {
  const members = new Map<string, boolean>();
  for (const { remark, adminState } of membersOf(pool)) {
    const node = String(remark);
    members.set(node, members.get(node) === true || adminState === 'enable');
  }
  return {
    shared: name.startsWith('signalling_'),
    members: [...members].map(([node, usable]) => ({ node, usable })),
  };
}

function membersOf({ members }: Content): Content[] {
  return Array.isArray(members) ? (members as unknown[]).filter(isRecord) : [];
}

/** Pools that are not shared have one member; remarks of services are their ids. */
function nodeOf(name: string, object: Content): string | null {
  if (object.class === 'Service_L4') return String(object.remark).split('/')[2] ?? null;
  if (object.class !== 'Pool' || name.startsWith('signalling_')) return null;
  const [member] = membersOf(object);
  return typeof member?.remark === 'string' ? member.remark : null;
}

function frontOf({ layer4, virtualAddresses, virtualPort }: Content): string {
  const [address = ''] = Array.isArray(virtualAddresses) ? (virtualAddresses as unknown[]) : [];
  return `${String(layer4)} ${String(address)} port ${String(virtualPort)}`;
}
