/**
 * From some objects to others: what is in the way goes first, then what is new comes, kind by kind, then what
 * differs is changed, and last goes what is not wanted any more. So there are always members.
 */
import { groupBy } from '../../../topology/group-by.ts';
import type { Change, Plan, Step } from '../../driver.ts';
import { lineDifferences, poolDifferences, type Texts } from '../changes.ts';
import {
  keyOf,
  type ManagedObject,
  type ObjectRules,
  type ObjectsAction,
  type ObjectsState,
  type Settings,
} from './model.ts';

export function planObjects(
  actual: ObjectsState,
  desired: ObjectsState,
  rules: ObjectRules,
  where: string,
): Plan<ObjectsAction> {
  const to = byKey(desired.objects);
  const from = byKey(concerned(actual, to, rules));
  const early = inTheWay(from, to, rules);
  const [before, after] = [rules.pools([...from.values()]), rules.pools([...to.values()])];
  const changes = lineDifferences(textsOf(from), textsOf(to)).map((difference): Change => {
    const object = from.get(difference.key) ?? to.get(difference.key);
    const old = from.get(difference.key);
    const isLost = old !== undefined && (difference.kind === 'remove' || early.has(difference.key));
    return { ...difference, node: object?.node ?? null, disrupts: isLost ? rules.loss(old) : null };
  });
  return {
    changes,
    steps: stepsBetween(from, to, early, rules),
    pools: poolDifferences(before, after),
    singlePools: [...before.values()].filter(({ shared }) => !shared).length,
    foreign: [...from.values()].flatMap((object) => foreignObject(object, actual.mark, rules, where)),
    notes: desired.notes,
  };
}

type Objects = ReadonlyMap<string, ManagedObject>;

function byKey(objects: readonly ManagedObject[]): Objects {
  return new Map(objects.map((object) => [keyOf(object), object]));
}

/** This cluster's own, and of others what stands where its own shall be; each with its parts. */
function concerned({ objects, mark }: ObjectsState, to: Objects, rules: ObjectRules): ManagedObject[] {
  const keys = new Set<string>();
  for (const object of objects) {
    const isOurs = object.parent === null && object.settings[rules.mark] === mark;
    if (isOurs || to.has(keyOf(object))) keys.add(keyOf(object));
  }
  return objects.filter(
    (object) => keys.has(keyOf(object)) || (object.parent !== null && keys.has(object.parent)),
  );
}

function foreignObject(object: ManagedObject, mark: string, rules: ObjectRules, where: string): string[] {
  const { kind, name, parent, settings } = object;
  const said = settings[rules.mark];
  if (parent !== null || said === mark) return [];
  const words = said === undefined ? `has no ${rules.mark}` : `has the ${rules.mark} "${said}"`;
  return [`${kind} ${name} at ${where} is not this cluster's: it ${words}, where RoomLB's own has "${mark}"`];
}

/**
 * Keys of what has to go before anything comes: what only a new object can become, what holds things that new ones
 * want, and all that needs those or is a part of them.
 */
function inTheWay(from: Objects, to: Objects, rules: ObjectRules): ReadonlySet<string> {
  const early = new Set<string>();
  const users = groupBy(
    [...from.values()].flatMap((object) =>
      [...object.needs, object.parent ?? ''].map((key) => ({ key, object })),
    ),
    ({ key }) => key,
  );
  const taken = new Set([...to].filter(([key]) => !from.has(key)).flatMap(([, { holds }]) => holds));
  const open: string[] = [];
  const add = (key: string): void => {
    if (early.has(key)) return;
    early.add(key);
    open.push(key);
  };
  for (const [key, object] of from) {
    const now = to.get(key);
    if (now && !areSame(object.settings, now.settings) && rules.anew(object, now)) add(key);
  }
  // What is made anew may want what stays otherwise.
  for (;;) {
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      for (const thing of to.get(key)?.holds ?? []) taken.add(thing);
      for (const { object } of users.get(key) ?? []) add(keyOf(object));
    }
    for (const [key, object] of from)
      if (!early.has(key) && !to.has(key) && object.holds.some((thing) => taken.has(thing))) add(key);
    if (open.length === 0) return early;
  }
}

function stepsBetween(
  from: Objects,
  to: Objects,
  early: ReadonlySet<string>,
  rules: ObjectRules,
): Step<ObjectsAction>[] {
  const ranked = (objects: Iterable<ManagedObject>): ManagedObject[] =>
    [...objects].sort((a, b) => rules.kinds.indexOf(a.kind) - rules.kinds.indexOf(b.kind));
  const late = new Set([...from.keys()].filter((key) => !early.has(key) && !to.has(key)));
  // Parts go with what they are parts of.
  const removals = (keys: ReadonlySet<string>): Step<ObjectsAction>[] =>
    ranked([...from.values()].filter((object) => keys.has(keyOf(object)) && !keys.has(object.parent ?? '')))
      .reverse()
      .map(removeStep);
  const isNew = (key: string): boolean => !from.has(key) || early.has(key);
  const made = [...to.values()].filter((object) => isNew(keyOf(object)));
  const parts = groupBy(made, ({ parent }) => parent ?? '');
  const changed = [...to.values()].filter((object) => {
    const old = from.get(keyOf(object));
    return old && !isNew(keyOf(object)) && !areSame(old.settings, object.settings);
  });
  const comes = ranked([
    ...made.filter(({ parent }) => parent === null || !isNew(parent)),
    ...changed.filter((object) => !rules.closes(object)),
    ...changed.filter((object) => rules.closes(object)),
  ]);
  return [
    ...removals(early),
    ...batches(comes, isNew).flatMap((batch) =>
      isNew(keyOf(batch[0])) ? [makeStep(batch, parts)] : batch.map((object) => changeStep(object, from)),
    ),
    ...removals(late),
  ];
}

function areSame(a: Settings, b: Settings): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** One request takes so many. */
const MOST = 100;

type Batch = [ManagedObject, ...ManagedObject[]];

/** New ones in a row that are of one kind and parent; all else alone. */
function batches(objects: readonly ManagedObject[], isNew: (key: string) => boolean): Batch[] {
  const all: Batch[] = [];
  for (const object of objects) {
    const last = all.at(-1);
    if (
      last &&
      last.length < MOST &&
      areAlike(last[0], object) &&
      [last[0], object].every((one) => isNew(keyOf(one)))
    )
      last.push(object);
    else all.push([object]);
  }
  return all;
}

function areAlike(a: ManagedObject, b: ManagedObject): boolean {
  return a.kind === b.kind && a.parent === b.parent;
}

const NAMED = 5;

function makeStep(batch: Batch, parts: ReadonlyMap<string, ManagedObject[]>): Step<ObjectsAction> {
  const [{ kind }] = batch;
  const names = batch.slice(0, NAMED).map(({ name }) => name);
  const more = batch.length > NAMED ? ` and ${batch.length - NAMED} more` : '';
  return {
    text: `make ${kind} ${names.join(', ')}${more}`,
    action: {
      do: 'make',
      made: batch.map((object) => ({ object, children: parts.get(keyOf(object)) ?? [] })),
    },
  };
}

function changeStep(object: ManagedObject, from: Objects): Step<ObjectsAction> {
  const before = from.get(keyOf(object))?.settings ?? {};
  return { text: `change ${keyOf(object)}`, action: { do: 'change', object, before } };
}

function removeStep(object: ManagedObject): Step<ObjectsAction> {
  return { text: `remove ${keyOf(object)}`, action: { do: 'remove', object } };
}

function textsOf(objects: Objects): Texts {
  return new Map(
    [...objects].map(([key, { settings }]) => {
      const said = Object.keys(settings)
        .sort()
        .map((name) => `  ${name} ${settings[name]}`);
      return [key, [key, ...said]];
    }),
  );
}
