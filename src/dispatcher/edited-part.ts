/** Parts of the topology's document that REST edits, each by itself: entities of its lists, and sections. */
import type { Fault } from '../topology/faults.ts';
import type { HealthDocument } from '../topology/health/schema.ts';
import type { WindowDocument } from '../topology/maintenance/schema.ts';
import type { NodeDocument, PlacementDocument, TopologyDocument, VipDocument } from '../topology/schema.ts';

export interface EditedPart {
  readonly name: EntityKind | SectionName;
  /** Undefined: there is one of the name. */
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

export type PartDocument = EntityDocument | SectionDocument;

export function entity(kind: EntityKind, id: string): EditedPart {
  return {
    name: kind,
    id,
    find: (document) => (document[kind] ?? []).find((one) => one.id === id),
    replace: (document, wanted) => {
      const entities: readonly EntityDocument[] = document[kind] ?? [];
      const index = entities.findIndex((one) => one.id === id);
      const position = index < 0 ? entities.length : index;
      const list: unknown[] = [...entities];
      list.splice(position, index < 0 ? 0 : 1, ...(wanted === null ? [] : [named(wanted, id)]));
      const faults = wanted === null ? [] : differentId(wanted, id, `${kind}[${position}].id`);
      return { document: { ...document, [kind]: list }, faults };
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

/** Whoever names an entity in the URL need not do so again. */
function named(wanted: unknown, id: string): unknown {
  return isMapping(wanted) ? { id, ...wanted } : wanted;
}

function differentId(wanted: unknown, id: string, path: string): Fault[] {
  if (!isMapping(wanted) || !('id' in wanted) || wanted.id === id) return [];
  return [
    { severity: 'error', path, message: 'must be the id in the URL', hint: `write ${id}, or leave it out` },
  ];
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
