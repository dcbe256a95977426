/** What is asked of NITRO to make, change and remove an object. */
import type { Made, ManagedObject, ObjectsAction, Settings } from '../../driving/objects/model.ts';
import type { Request } from './api.ts';
import { KINDS, kindOf, type Kind } from './kinds.ts';
import { isSent, keyRow, LEAVING, rowOf, sent } from './rows.ts';

export function requestsFor(action: ObjectsAction): Request[] {
  switch (action.do) {
    case 'make':
      return makeRequests(action.made);
    case 'change':
      return changeRequests(action.before, action.object);
    case 'remove':
      return [removeRequest(action.object)];
  }
}

/** One request takes so many. */
const MOST = 100;

function makeRequests(made: readonly Made[]): Request[] {
  const objects = made.flatMap(({ object, children }) => [object, ...children]);
  return KINDS.flatMap((kind) => addRequests(kind, objects));
}

/** "add" is POST; "bind" is PUT. */
function addRequests(kind: Kind, objects: readonly ManagedObject[]): Request[] {
  const rows = objects.filter((object) => object.kind === kind.type).map((object) => rowOf(object, kind));
  const method = kind.parent === undefined ? 'POST' : 'PUT';
  const requests: Request[] = [];
  for (let i = 0; i < rows.length; i += MOST)
    requests.push({ method, path: kind.type, body: { [kind.type]: rows.slice(i, i + MOST) } });
  return requests;
}

function changeRequests(before: Settings, object: ManagedObject): Request[] {
  const { kind: type, name, settings } = object;
  const kind = kindOf(type);
  const target = kind.changedAs ?? type;
  const { state, ...set } = changesOf(before, object) ?? {};
  const which = { ...keyRow(name, kind), ...(kind.typed && { type: settings.type }) };
  const said = Object.fromEntries(Object.entries(set).map(([one, value]) => [one, sent(one, value)]));
  const requests: Request[] = [];
  if (Object.keys(said).length > 0)
    requests.push({ method: 'PUT', path: target, body: { [target]: { ...which, ...said } } });
  if (state !== undefined) {
    const action = state === 'ENABLED' ? 'enable' : 'disable';
    const how = state === LEAVING ? { graceful: 'YES' } : {};
    const body = { [target]: { ...which, ...how } };
    requests.push({ method: 'POST', path: `${target}?action=${action}`, body });
  }
  return requests;
}

/**
 * The attributes to set for a change, `state` as objects have it; null where one of them can only be taken back with
 * the object.
 */
export function changesOf(before: Settings, { kind: type, settings }: ManagedObject): Settings | null {
  const { identity, attributes } = kindOf(type);
  if (identity.some((name) => before[name] !== settings[name])) return null;
  const changed: Record<string, Settings[string]> = {};
  for (const { name, standard, beside } of attributes) {
    const [old, now] = [before[name], settings[name] ?? standard];
    if (settings[name] === old || !isSent(name, kindOf(type))) continue;
    if (now !== undefined) Object.assign(changed, beside && { [beside[0]]: beside[1] }, { [name]: now });
    // It means nothing any more.
    else if (beside && settings[beside[0]] !== beside[1]) continue;
    else return null;
  }
  return changed;
}

/** What names it beyond the first of its key goes into the query. */
function removeRequest({ kind: type, name, settings }: ManagedObject): Request {
  const kind = kindOf(type);
  const [own, ...more] = Object.entries<unknown>({
    ...keyRow(name, kind),
    ...(kind.typed && { type: settings.type }),
  });
  const args = more.map(([attribute, value]) => `${attribute}:${encodeURIComponent(String(value))}`);
  const query = args.length === 0 ? '' : `?args=${args.join(',')}`;
  return { method: 'DELETE', path: `${type}/${encodeURIComponent(String(own?.[1]))}${query}` };
}
