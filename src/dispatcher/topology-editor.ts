/**
 * Changes to the topology by REST. Each edit takes the document as it is, changes one entity, has the
 * whole checked as a file would be, and writes it by compare-and-set: nothing is ever half-applied.
 */
import type { TopologyStore } from '../store/store.ts';
import { checkDocument } from '../topology/document.ts';
import { isError, type Fault } from '../topology/faults.ts';
import { toDocument } from '../topology/format.ts';
import type { NodeDocument, TopologyDocument, VipDocument } from '../topology/schema.ts';
import type { Dispatcher } from './dispatcher.ts';
import { mergePatch } from './merge-patch.ts';

export type EntityKind = 'nodes' | 'vips';
type Entity = NodeDocument | VipDocument;

export type EditResult =
  | { readonly result: 'created' | 'changed' | 'deleted'; readonly revision: string }
  | { readonly result: 'missing' }
  | { readonly result: 'invalid'; readonly faults: readonly Fault[] }
  /** If-Match names another revision than the current one. */
  | { readonly result: 'stale'; readonly revision: string }
  /** Somebody else wrote in between. */
  | { readonly result: 'conflict' };

/** The entity as it shall be, or null to have it removed; undefined where there is nothing to change. */
type Change = (entity: Entity | undefined) => unknown;

export class TopologyEditor {
  /** Edits of this process one after the other; those of other processes are caught by compare-and-set. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: TopologyStore,
    private readonly dispatcher: Dispatcher,
  ) {}

  list(kind: EntityKind): readonly Entity[] {
    return this.document()[kind];
  }

  find(kind: EntityKind, id: string): Entity | undefined {
    return this.list(kind).find((entity) => entity.id === id);
  }

  put(kind: EntityKind, id: string, body: object, ifMatch?: string): Promise<EditResult> {
    return this.edit(kind, id, () => ({ id, ...body }), ifMatch);
  }

  patch(kind: EntityKind, id: string, patch: object, ifMatch?: string): Promise<EditResult> {
    return this.edit(kind, id, (entity) => entity && mergePatch(entity, patch), ifMatch);
  }

  remove(kind: EntityKind, id: string, ifMatch?: string): Promise<EditResult> {
    return this.edit(kind, id, (entity) => entity && null, ifMatch);
  }

  private document(): TopologyDocument {
    return toDocument(this.dispatcher.declared);
  }

  private edit(kind: EntityKind, id: string, change: Change, ifMatch?: string): Promise<EditResult> {
    const edited = this.last.then(() => this.apply(kind, id, change, ifMatch));
    this.last = edited.catch(() => undefined);
    return edited;
  }

  private async apply(kind: EntityKind, id: string, change: Change, ifMatch?: string): Promise<EditResult> {
    const { revision } = this.dispatcher.snapshot;
    if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== `"${revision}"`)
      return { result: 'stale', revision };
    const document = this.document();
    const entities: readonly Entity[] = document[kind];
    const index = entities.findIndex((entity) => entity.id === id);
    const wanted = change(entities[index]);
    if (wanted === undefined) return { result: 'missing' };

    const position = index < 0 ? entities.length : index;
    const list: unknown[] = [...entities];
    list.splice(position, 1, ...(wanted === null ? [] : [wanted]));
    const changed = { ...document, [kind]: list };
    const { topology, faults } = checkDocument(changed);
    const renamed = wanted === null ? [] : differentId(wanted, id, `${kind}[${position}].id`);
    if (!topology || renamed.length > 0)
      return { result: 'invalid', faults: [...renamed, ...faults.filter(isError)] };

    const record = await this.store.read();
    const version = record?.version ?? 0;
    const next = { seed: record?.seed ?? document, current: toDocument(topology), version: version + 1 };
    if (!(await this.store.write(next, version))) return { result: 'conflict' };
    this.dispatcher.setTopology(topology);
    const result = wanted === null ? 'deleted' : index < 0 ? 'created' : 'changed';
    return { result, revision: this.dispatcher.snapshot.revision };
  }
}

function differentId(entity: unknown, id: string, path: string): Fault[] {
  if (typeof entity === 'object' && entity !== null && 'id' in entity && entity.id === id) return [];
  return [
    { severity: 'error', path, message: 'must be the id in the URL', hint: `write ${id}, or leave it out` },
  ];
}
