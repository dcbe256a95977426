/**
 * Changes to the topology by REST. Each edit takes the document as it is, changes one entity, has the
 * whole checked as a file would be, and writes it by compare-and-set: nothing is ever half-applied.
 */
import type { TopologyRecord, TopologyStore } from '../store/store.ts';
import { checkDocument } from '../topology/document.ts';
import { isError, type Fault } from '../topology/faults.ts';
import { isTooDeep } from '../topology/depth.ts';
import { toDocument } from '../topology/format.ts';
import { MAX_DEPTH } from '../topology/limits.ts';
import type { WindowDocument } from '../topology/maintenance/schema.ts';
import type { NodeDocument, TopologyDocument, VipDocument } from '../topology/schema.ts';
import { topologyRevision } from '../topology/revision.ts';
import type { Dispatcher } from './dispatcher.ts';
import { newlySensitive } from './sensitive-addresses.ts';
import { mergePatch } from './merge-patch.ts';

export type EntityKind = 'nodes' | 'vips' | 'maintenance';
type Entity = NodeDocument | VipDocument | WindowDocument;

export type EditResult =
  /** `revision` of the topology, and the entity in it, after the edit. */
  | {
      readonly result: 'created' | 'changed';
      readonly revision: string;
      readonly entity: Entity;
      /** As it was before the edit; null where it was not there. */
      readonly before: Entity | null;
    }
  | { readonly result: 'deleted'; readonly before: Entity | null }
  | { readonly result: 'missing' }
  | { readonly result: 'invalid'; readonly faults: readonly Fault[] }
  /** Somebody else wrote in between; `revision` is that of what holds now. */
  | { readonly result: 'conflict'; readonly revision: string };

/** What an edit goes out from. */
export interface EditedState {
  /** Whether the entity is in the topology. */
  readonly exists: boolean;
  /** Of the whole topology; see `topologyRevision()`. */
  readonly revision: string;
}

/** Throws where the edit may not go on; nothing is changed then. No other edit comes in between. */
export type Precondition = (state: EditedState) => void;

/** The entity as it shall be, or null to have it removed; undefined where there is nothing to change. */
type Change = (entity: Entity | undefined) => unknown;

const TOO_DEEP: EditResult = {
  result: 'invalid',
  faults: [
    {
      severity: 'error',
      path: '',
      message: `is nested more than ${MAX_DEPTH} levels deep`,
      hint: 'nodes, VIPs and windows need three',
    },
  ],
};

export class TopologyEditor {
  /** Edits of this process one after the other; those of other processes are caught by compare-and-set. */
  private last: Promise<unknown> = Promise.resolve();
  /** Of the record that the dispatcher's topology comes from, as far as is known. */
  private version = 0;

  constructor(
    private readonly store: TopologyStore,
    private readonly dispatcher: Dispatcher,
  ) {}

  /**
   * Has the dispatcher follow what other replicas write, until the returned function is called.
   *
   * @param onError told why what was written cannot be followed
   */
  follow(onError: (error: unknown) => void): () => void {
    return this.store.follow(() => {
      const pulled = this.last.then(() => this.pull());
      this.last = pulled.catch(onError);
    });
  }

  list(kind: EntityKind): readonly Entity[] {
    return this.document()[kind] ?? [];
  }

  find(kind: EntityKind, id: string): Entity | undefined {
    return this.list(kind).find((entity) => entity.id === id);
  }

  put(kind: EntityKind, id: string, body: object, precondition?: Precondition): Promise<EditResult> {
    if (isTooDeep(body)) return Promise.resolve(TOO_DEEP);
    return this.edit(kind, id, () => ({ id, ...body }), precondition);
  }

  patch(kind: EntityKind, id: string, patch: object, precondition?: Precondition): Promise<EditResult> {
    if (isTooDeep(patch)) return Promise.resolve(TOO_DEEP);
    return this.edit(kind, id, (entity) => entity && mergePatch(entity, patch), precondition);
  }

  remove(kind: EntityKind, id: string, precondition?: Precondition): Promise<EditResult> {
    return this.edit(kind, id, (entity) => entity && null, precondition);
  }

  /** Of the topology that `list` and `find` read: another one after any edit that changed anything. */
  get revision(): string {
    return topologyRevision(this.dispatcher.declared);
  }

  private document(): TopologyDocument {
    return toDocument(this.dispatcher.declared);
  }

  /** What others have written meanwhile becomes the dispatcher's topology; answers with the record. */
  private async pull(): Promise<TopologyRecord | undefined> {
    const record = await this.store.read();
    if (!record || record.version === this.version) return record;
    const { topology, faults } = checkDocument(record.current);
    if (!topology) {
      const [fault] = faults.filter(isError);
      throw new Error(
        `version ${record.version} of the stored topology is not valid here: ${fault?.path ?? ''} ${fault?.message ?? ''}`,
      );
    }
    this.version = record.version;
    if (topologyRevision(topology) !== this.revision) this.dispatcher.setTopology(topology);
    return record;
  }

  private edit(
    kind: EntityKind,
    id: string,
    change: Change,
    precondition?: Precondition,
  ): Promise<EditResult> {
    const edited = this.last.then(() => this.apply(kind, id, change, precondition));
    this.last = edited.catch(() => undefined);
    return edited;
  }

  private async apply(
    kind: EntityKind,
    id: string,
    change: Change,
    precondition?: Precondition,
  ): Promise<EditResult> {
    const record = await this.pull();
    const document = this.document();
    const entities: readonly Entity[] = document[kind] ?? [];
    const index = entities.findIndex((entity) => entity.id === id);
    const wanted = change(entities[index]);
    if (wanted === undefined) return { result: 'missing' };
    precondition?.({ exists: index >= 0, revision: this.revision });

    const position = index < 0 ? entities.length : index;
    const list: unknown[] = [...entities];
    list.splice(position, 1, ...(wanted === null ? [] : [wanted]));
    const changed = { ...document, [kind]: list };
    const { topology, faults } = checkDocument(changed);
    const renamed = wanted === null ? [] : differentId(wanted, id, `${kind}[${position}].id`);
    if (!topology || renamed.length > 0)
      return { result: 'invalid', faults: [...renamed, ...faults.filter(isError)] };
    const sensitive = newlySensitive(this.dispatcher.declared, topology);
    if (sensitive.length > 0) return { result: 'invalid', faults: sensitive };

    const version = record?.version ?? 0;
    const next = { seed: record?.seed ?? document, current: toDocument(topology), version: version + 1 };
    if (!(await this.store.write(next, version))) {
      await this.pull();
      return { result: 'conflict', revision: this.revision };
    }
    this.version = next.version;
    this.dispatcher.setTopology(topology);
    const entity = this.find(kind, id);
    const before = entities[index] ?? null;
    if (!entity) return { result: 'deleted', before };
    return { result: index < 0 ? 'created' : 'changed', revision: this.revision, entity, before };
  }
}

function differentId(entity: unknown, id: string, path: string): Fault[] {
  if (typeof entity === 'object' && entity !== null && 'id' in entity && entity.id === id) return [];
  return [
    { severity: 'error', path, message: 'must be the id in the URL', hint: `write ${id}, or leave it out` },
  ];
}
