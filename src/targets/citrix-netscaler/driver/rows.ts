/** Resources as NITRO lists them, read or wanted, and the objects that they are. */
import { parseAddress } from '../../../topology/address.ts';
import { keyOf, type ManagedObject, type Setting, type Settings } from '../../driving/objects/model.ts';
import { inOctal } from '../monitors.ts';
import { clusterOfMonitor } from '../names.ts';
import { MARK, type Kind } from './kinds.ts';
import { linked } from './links.ts';

/** Attributes of one resource. Whole numbers come as numbers or as text. */
export type Row = Readonly<Record<string, unknown>>;

/** Of a member that takes nothing new: whether what it has goes on, or it is out of service. */
export const LEAVING = 'leaving';
export const OUT = 'out';
/** Of a member as it is read: out of service, whether it was cut off or what it had has ended. */
export const GONE = 'gone';

/** What all of a cluster's own have in their comments. `cluster` as names have it. */
export function markOf(cluster: string): string {
  return `roomlb_${cluster}`;
}

/** Undefined for what is not RoomLB's by its name, and for monitors that the appliance binds where none is. */
export function objectFrom(row: Row, kind: Kind): ManagedObject | undefined {
  const words = kind.key.map((name) => textOf(row[name]));
  const [own] = words;
  if (own === undefined || !own.startsWith('roomlb-') || words.includes(undefined)) return undefined;
  if (isBuiltIn(textOf(row.monitor_name))) return undefined;
  return linked({
    kind: kind.type,
    name: words.map((word = '') => encodeURIComponent(word)).join(' '),
    parent: kind.parent === undefined ? null : keyOf({ kind: kind.parent, name: encodeURIComponent(own) }),
    settings: settingsFrom(row, kind),
  });
}

/** As an appliance tells of it, which does not tell why a member is out of service. */
export function asRead(object: ManagedObject): ManagedObject {
  return object.settings.state === OUT ? withState(object, GONE) : object;
}

export function withState(object: ManagedObject, state: string): ManagedObject {
  return { ...object, settings: { ...object.settings, state } };
}

/** "ping-default" and "tcp-default" watch what has no monitor of its own. */
function isBuiltIn(monitor: string | undefined): boolean {
  return monitor === 'ping-default' || monitor === 'tcp-default';
}

/** What is as it would be without a word is left out. */
function settingsFrom(row: Row, { type, parent, identity, attributes }: Kind): Settings {
  const settings: Record<string, Setting> = {};
  for (const name of identity) {
    const value = settingFrom(name, row[name]);
    if (value !== undefined) settings[name] = value;
  }
  for (const { name, standard, beside } of attributes) {
    if (beside && textOf(row[beside[0]]) !== beside[1]) continue;
    const value = name === 'state' ? stateOf(row, parent !== undefined) : settingFrom(name, row[name]);
    if (value !== undefined && value !== standard) settings[name] = value;
  }
  const cluster = type === 'lbmonitor' ? clusterOfMonitor(String(row.monitorname)) : undefined;
  return cluster === undefined ? settings : { ...settings, [MARK]: markOf(cluster) };
}

/** Whether a virtual server is disabled it tells by "curstate"; how a member is, by "svrstate" as well. */
function stateOf(row: Row, isMember: boolean): Setting | undefined {
  if (!isMember) return row.curstate === 'OUT OF SERVICE' ? 'DISABLED' : settingFrom('state', row.state);
  if (textOf(row.svrstate)?.includes('GOING OUT OF SERVICE')) return LEAVING;
  return row.state === 'DISABLED' ? OUT : undefined;
}

function settingFrom(name: string, value: unknown): Setting | undefined {
  const text = textOf(value);
  if (text === undefined) return undefined;
  if (name === 'ipaddress' || name === 'ipv46') return parseAddress(text)?.text ?? text;
  if (name === 'send' || name === 'recv') return inOctal(text);
  return name !== 'respcode' && /^[0-9]{1,10}$/.test(text) ? Number(text) : text;
}

/** Undefined also for what is empty; of several the list. */
function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(String).join(' ');
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return value === '' ? undefined : String(value);
}

/** What names an object in requests. */
export function keyRow(name: string, { key }: Kind): Row {
  const words = name.split(' ').map(decodeURIComponent);
  return Object.fromEntries(key.map((attribute, i) => [attribute, sent(attribute, words[i] ?? '')]));
}

/** All that is said of an object when it is made. */
export function rowOf({ name, settings }: ManagedObject, kind: Kind): Row {
  const attributes = Object.entries(settings).filter(([attribute]) => isSent(attribute, kind));
  return {
    ...keyRow(name, kind),
    ...Object.fromEntries(attributes.map(([attribute, value]) => [attribute, sent(attribute, value)])),
  };
}

/** A monitor has no comment: its name says whose it is. */
export function isSent(attribute: string, { type }: Kind): boolean {
  return attribute !== MARK || type !== 'lbmonitor';
}

export function sent(attribute: string, value: Setting): unknown {
  if (attribute === 'port') return Number(value);
  if (attribute === 'respcode') return String(value).split(' ');
  return value === LEAVING || value === OUT ? 'DISABLED' : value;
}
