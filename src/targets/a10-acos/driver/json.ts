/** Objects as aXAPI has them in JSON, there and back. */
import { isRecord } from '../../../json.ts';
import { parseAddress } from '../../../topology/address.ts';
import {
  keyOf,
  type Made,
  type ManagedObject,
  type Setting,
  type Settings,
} from '../../driving/objects/model.ts';
import { KINDS, MARK, kindName, kindOf, type Field, type Kind } from './fields.ts';
import { linked } from './links.ts';
import { methodJson, methodText } from './method.ts';

export type Json = Readonly<Record<string, unknown>>;

/** All that is of interest of an object and its parts, from what GET answers. */
export function objectsFrom(json: unknown, kind: Kind, parent: ManagedObject | null = null): ManagedObject[] {
  if (!isRecord(json)) return [];
  const own = ownName(json, kind);
  if (own === undefined || (parent === null && !own.startsWith('roomlb-'))) return [];
  const object = linked({
    kind: kindName(kind),
    name: parent === null ? own : `${parent.name} ${own}`,
    parent: parent && keyOf(parent),
    settings: settingsFrom(json, kind),
  });
  const parts = KINDS.filter((one) => one.parent === object.kind).flatMap((part) =>
    listIn(json, part).flatMap((one) => objectsFrom(one, part, object)),
  );
  return [object, ...parts];
}

/** The objects that an answer lists: one that is asked for a collection answers `NAME-list`. */
export function listIn(json: Json, { element }: Kind): unknown[] {
  const list = json[`${element}-list`];
  return Array.isArray(list) ? (list as unknown[]) : [];
}

function ownName(json: Json, { head }: Kind): string | undefined {
  const { name, port } = json;
  const number = json['port-number'];
  if (head === 'port') return typeof number === 'number' ? `${number} ${String(json.protocol)}` : undefined;
  if (typeof name !== 'string') return undefined;
  return head === 'member' ? `${name} ${String(port)}` : name;
}

function settingsFrom(json: Json, { identity, fields, parent }: Kind): Settings {
  const settings: Record<string, Setting> = {};
  for (const name of identity) {
    const value = name === 'address' ? addressIn(json) : json[name];
    if (typeof value === 'string') settings[name] = value;
  }
  for (const field of fields) {
    const value =
      field.json === 'method' && isRecord(json.method) ? methodText(json.method) : json[field.json];
    const known = settingFrom(value, field);
    if (known !== undefined && known !== field.standard) settings[field.json] = known;
  }
  const mark = json[MARK];
  if (parent === undefined && typeof mark === 'string') settings[MARK] = mark;
  return settings;
}

/** Flags are 0 and 1, or false and true. */
function settingFrom(value: unknown, { type }: Field): Setting | undefined {
  if (value === undefined || value === null) return undefined;
  if (type === 'flag') return value === 1 || value === true ? true : undefined;
  return type === 'number' ? Number(value) : typeof value === 'string' ? value : undefined;
}

/** Whatever way the device writes it. */
function addressIn(json: Json): string | undefined {
  for (const name of ['host', 'server-ipv6-addr', 'ip-address', 'ipv6-address']) {
    const value = json[name];
    if (typeof value === 'string') return parseAddress(value)?.text ?? value;
  }
  return undefined;
}

/** What is sent to make it, with its parts. */
export function jsonOf({ object, children }: Made): Json {
  const kind = kindOf(object.kind);
  const parts = KINDS.filter((one) => one.parent === object.kind).flatMap((part): [string, Json[]][] => {
    const own = children.filter((child) => child.kind === kindName(part));
    return own.length === 0
      ? []
      : [[`${part.element}-list`, own.map((child) => jsonOf({ object: child, children: [] }))]];
  });
  return {
    ...nameJson(object, kind),
    ...Object.fromEntries(Object.entries(object.settings).map((one) => settingJson(one, object))),
    ...Object.fromEntries(parts),
  };
}

function nameJson({ name }: ManagedObject, { head, parent }: Kind): Json {
  const words = name.split(' ').slice(parent === undefined ? 0 : 1);
  if (head === 'port') return { 'port-number': Number(words[0]), protocol: words[1] };
  return head === 'member' ? { name: words[0], port: Number(words[1]) } : { name };
}

function settingJson([name, value]: [string, Setting], { kind }: ManagedObject): [string, unknown] {
  if (name === 'address') return [addressName(kind, String(value)), value];
  if (name === 'method' && kind === 'health monitor') return [name, methodJson(String(value))];
  return [name, value === true ? 1 : value];
}

function addressName(kind: string, address: string): string {
  const six = address.includes(':');
  if (kind === 'slb server') return six ? 'server-ipv6-addr' : 'host';
  return six ? 'ipv6-address' : 'ip-address';
}

/** The settings to send for a change; null where one of them can only be taken back with the object. */
export function changesOf(before: Settings, { settings, ...object }: ManagedObject): Json | null {
  const { fields } = kindOf(object.kind);
  const sent: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(settings)])) {
    const value = settings[name];
    if (value === before[name]) continue;
    const field = fields.find(({ json }) => json === name);
    if (value !== undefined) {
      // An address, or a protocol, is what an object is.
      if (!field && name !== MARK) return null;
      const [key, said] = settingJson([name, value], { ...object, settings });
      sent[key] = said;
    } else if (field?.yields !== undefined && settings[field.yields] !== undefined) continue;
    else if (field?.type === 'flag') sent[name] = 0;
    else if (field?.standard !== undefined) sent[name] = field.standard;
    else return null;
  }
  return sent;
}
