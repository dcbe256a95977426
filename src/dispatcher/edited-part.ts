/** Parts of the topology's document that REST edits, each by itself: entities of its lists, and sections. */
import { isRecord } from '../json.ts';
import type { Fault } from '../topology/faults.ts';
import type { HealthDocument } from '../topology/health/schema.ts';
import type { WindowDocument } from '../topology/maintenance/schema.ts';
import type { PinDocument } from '../topology/pins/schema.ts';
import type { NodeDocument, PlacementDocument, TopologyDocument, VipDocument } from '../topology/schema.ts';

export interface EditedPart {
  readonly name: EntityKind | 'pins' | SectionName;
  /** The room of a pin. Undefined: there is one of the name. */
  readonly id?: string;
  /** As the document has it; undefined where it has none. */
  find(document: TopologyDocument): PartDocument | undefined;
  /**
   * The document with the part as it shall be, which may be anything; null: without it. What is left out of the
   * document is its default, or absent. Pure.
   */
  replace(document: TopologyDocument, wanted: unknown): Replaced;
}

export interface Replaced {
  /** Yet to be checked. */
  readonly document: unknown;
  /** What is wrong with the part as such. */
  readonly faults: readonly Fault[];
}

/** Lists of entities with an id. */
export type EntityKind = 'nodes' | 'vips' | 'maintenance';
export type EntityDocument = NodeDocument | VipDocument | WindowDocument;

/** Sections of which there is one, and always one: left out, it has its defaults. */
export type SectionName = 'placement' | 'health';
export type SectionDocument = PlacementDocument | HealthDocument;

export type PartDocument = EntityDocument | PinDocument | SectionDocument;

export function entity(kind: EntityKind, id: string): EditedPart {
  return member(kind, 'id', id);
}

/** A node that, where it is removed, leaves the maintenance windows which name others as well. */
export function nodeOfWindows(id: string): EditedPart {
  const node = entity('nodes', id);
  return {
    ...node,
    replace: (document, wanted) =>
      node.replace(wanted === null ? outOfWindows(document, id) : document, wanted),
  };
}

/** A window that names this one alone stays: without it, it would be no window. */
function outOfWindows(document: TopologyDocument, node: string): TopologyDocument {
  const { maintenance } = document;
  if (!maintenance) return document;
  const left = maintenance.map((window) => {
    const { nodes = [] } = window;
    const others = nodes.filter((one) => one !== node);
    return others.length > 0 && others.length < nodes.length ? { ...window, nodes: others } : window;
  });
  return { ...document, maintenance: left };
}

export function pin(room: string): EditedPart {
  return member('pins', 'room', room);
}

/** Of a list, the one that is named so. */
function member(list: EntityKind | 'pins', key: 'id' | 'room', name: string): EditedPart {
  const isIt = (one: unknown) => isRecord(one) && one[key] === name;
  const listOf = (document: TopologyDocument): readonly PartDocument[] => document[list] ?? [];
  return {
    name: list,
    id: name,
    find: (document) => listOf(document).find(isIt),
    replace: (document, wanted) => {
      const all = listOf(document);
      const index = all.findIndex(isIt);
      const position = index < 0 ? all.length : index;
      const now: unknown[] = [...all];
      now.splice(position, index < 0 ? 0 : 1, ...(wanted === null ? [] : [named(wanted, key, name)]));
      const faults = wanted === null ? [] : otherName(wanted, key, name, `${list}[${position}].${key}`);
      return { document: { ...document, [list]: now }, faults };
    },
  };
}

export function section(name: SectionName): EditedPart {
  return {
    name,
    find: (document) => document[name],
    replace: (document, wanted) => {
      const others = Object.entries(document).filter(([key]) => key !== name);
      const rest = Object.fromEntries(wanted === null ? others : [...others, [name, wanted]]);
      return { document: rest, faults: [] };
    },
  };
}

/** Whoever names it in the URL need not do so again. */
function named(wanted: unknown, key: string, name: string): unknown {
  return isRecord(wanted) ? { [key]: name, ...wanted } : wanted;
}

function otherName(wanted: unknown, key: string, name: string, path: string): Fault[] {
  if (!isRecord(wanted) || !(key in wanted) || wanted[key] === name) return [];
  const message = `must be the ${key} in the URL`;
  return [{ severity: 'error', path, message, hint: `write ${name}, or leave it out` }];
}
