/**
 * What devices are made of that are changed object by object: named things with settings, which refer to each
 * other. Dialects turn them into requests; how to get from some to others is the same for all (plan.ts).
 */
import type { Disruption } from '../../driver.ts';
import type { Pool } from '../changes.ts';

export type Setting = string | number | boolean;
export type Settings = Readonly<Record<string, Setting>>;

export interface ManagedObject {
  /** As the dialect calls it: `slb server`. */
  readonly kind: string;
  /** Unique in its kind; of a child it begins with its parent's and a space. */
  readonly name: string;
  /** Key of the object that it is a part of: made with it, gone with it. Null: of none. */
  readonly parent: string | null;
  readonly settings: Settings;
  /** Keys of others that have to be there. */
  readonly needs: readonly string[];
  /** What no two objects have at a time, such as an address. */
  readonly holds: readonly string[];
  /** The node that it is about, where it is about one. */
  readonly node: string | null;
}

/** What the driver compares. */
export interface ObjectsState {
  /** What the setting of the rules' name says in all of this cluster's own. */
  readonly mark: string;
  /** Those of RoomLB by their names, of whatever cluster. */
  readonly objects: readonly ManagedObject[];
  /** What is left to the operator. One sentence each. */
  readonly notes: readonly string[];
}

export type ObjectsAction =
  /** New ones of one kind and parent, with their parts. */
  | { readonly do: 'make'; readonly made: readonly Made[] }
  /** The object as it shall be, and the settings that it has now. */
  | { readonly do: 'change'; readonly object: ManagedObject; readonly before: Settings }
  | { readonly do: 'remove'; readonly object: ManagedObject };

export interface Made {
  readonly object: ManagedObject;
  readonly children: readonly ManagedObject[];
}

/** What a dialect's objects mean. */
export interface ObjectRules {
  /** In the order in which they are made: each may need those of kinds before it only. */
  readonly kinds: readonly string[];
  /** The setting that says whose an object is; of parts and of kinds without it, their parents say so. */
  readonly mark: string;
  /** It takes a new object to get there. */
  readonly anew: (before: ManagedObject, after: ManagedObject) => boolean;
  /** It takes nothing new from then on: others come first. */
  readonly closes: (after: ManagedObject) => boolean;
  readonly pools: (objects: readonly ManagedObject[]) => ReadonlyMap<string, Pool>;
  /** What it means to clients that an object goes, for a moment or for good. */
  readonly loss: (object: ManagedObject) => Disruption | null;
}

export function keyOf({ kind, name }: Pick<ManagedObject, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}
