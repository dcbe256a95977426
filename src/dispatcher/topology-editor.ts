/**
 * Changes to the topology by REST. Each edit takes the document as it is, changes one part, has the
 * whole checked as a file would be, and writes it by compare-and-set: nothing is ever half-applied.
 */
import type { TopologyRecord, TopologyStore } from '../store/store.ts';
import { checkDocument } from '../topology/document.ts';
import { isError, type Fault } from '../topology/faults.ts';
import { isTooDeep } from '../topology/depth.ts';
import { toDocument } from '../topology/format.ts';
import { MAX_DEPTH } from '../topology/limits.ts';
import type { Topology } from '../topology/model.ts';
import type { TopologyDocument } from '../topology/schema.ts';
import { topologyRevision } from '../topology/revision.ts';
import { NO_TRACER, type Attributes, type Tracer } from '../tracing/tracer.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { EditedPart, EntityKind, PartDocument } from './edited-part.ts';
import { newlyRead } from './secret-files.ts';
import { newlySensitive } from './sensitive-addresses.ts';
import { mergePatch } from './merge-patch.ts';

export type EditResult =
  /** `revision` of the topology after the edit. */
  | {
      readonly result: 'created' | 'changed';
      readonly revision: string;
      /** The part as it was before the edit; null where it was not there. */
      readonly before: PartDocument | null;
      readonly after: PartDocument;
    }
  /** `after`: the defaults, where a section was taken out. */
  | {
      readonly result: 'deleted';
      readonly before: PartDocument | null;
      readonly after: PartDocument | null;
    }
  | { readonly result: 'missing' }
  | { readonly result: 'invalid'; readonly faults: readonly Fault[] }
  /** Somebody else wrote in between; `revision` is that of what holds now. */
  | { readonly result: 'conflict'; readonly revision: string };

/** What an edit goes out from. */
export interface EditedState {
  /** Whether the part is in the topology. */
  readonly exists: boolean;
  /** Of the whole topology; see `topologyRevision()`. */
  readonly revision: string;
}

/** Throws where the edit may not go on; nothing is changed then. No other edit comes in between. */
export type Precondition = (state: EditedState) => void;

/**
 * Throws where the edit, which the topology would allow, may not be made all the same; nothing is changed then. The
 * last that is asked before it is.
 */
export type Guard = (before: Topology, after: Topology) => void | Promise<void>;

export interface EditTerms {
  readonly precondition?: Precondition | undefined;
  readonly guard?: Guard | undefined;
}

/** The part as it shall be, or null to have it removed; undefined where there is nothing to change. */
type Change = (part: PartDocument | undefined) => unknown;

/** What the spans of others call it. */
const ID_ATTRIBUTE: ReadonlyMap<string, string> = new Map([
  ['nodes', 'roomlb.node'],
  ['pins', 'roomlb.room'],
]);

const TOO_DEEP: EditResult = {
  result: 'invalid',
  faults: [
    {
      severity: 'error',
      path: '',
      message: `is nested more than ${MAX_DEPTH} levels deep`,
      hint: 'no part of a topology needs more than four',
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
    private readonly tracer: Tracer = NO_TRACER,
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

  list(kind: EntityKind | 'pins'): readonly PartDocument[] {
    return this.document()[kind] ?? [];
  }

  find(part: EditedPart): PartDocument | undefined {
    return part.find(this.document());
  }

  put(part: EditedPart, body: object, terms?: EditTerms): Promise<EditResult> {
    if (isTooDeep(body)) return Promise.resolve(TOO_DEEP);
    return this.edit(part, () => body, terms);
  }

  patch(part: EditedPart, patch: object, terms?: EditTerms): Promise<EditResult> {
    if (isTooDeep(patch)) return Promise.resolve(TOO_DEEP);
    return this.edit(part, (is) => is && mergePatch(is, patch), terms);
  }

  remove(part: EditedPart, terms?: EditTerms): Promise<EditResult> {
    return this.edit(part, (is) => is && null, terms);
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

  private edit(part: EditedPart, change: Change, terms: EditTerms = {}): Promise<EditResult> {
    const { name, id } = part;
    const attributes = { 'roomlb.part': name, [ID_ATTRIBUTE.get(name) ?? 'roomlb.id']: id };
    return this.tracer.span('topology edit', { attributes, outcome: told }, () => {
      const edited = this.last.then(() => this.apply(part, change, terms));
      this.last = edited.catch(() => undefined);
      return edited;
    });
  }

  private async apply(
    part: EditedPart,
    change: Change,
    { precondition, guard }: EditTerms,
  ): Promise<EditResult> {
    const record = await this.pull();
    const document = this.document();
    const before = part.find(document);
    const wanted = change(before);
    if (wanted === undefined) return { result: 'missing' };
    precondition?.({ exists: before !== undefined, revision: this.revision });

    const replaced = part.replace(document, wanted);
    const { topology, faults } = checkDocument(replaced.document);
    if (!topology || replaced.faults.length > 0)
      return { result: 'invalid', faults: [...replaced.faults, ...faults.filter(isError)] };
    const seed = record?.seed ?? document;
    const refused = [
      ...newlySensitive(this.dispatcher.declared, topology),
      ...newlyRead([seed, document], topology),
    ];
    if (refused.length > 0) return { result: 'invalid', faults: refused };

    await guard?.(this.dispatcher.declared, topology);

    const version = record?.version ?? 0;
    const next = { seed, current: toDocument(topology), version: version + 1 };
    if (!(await this.store.write(next, version))) {
      await this.pull();
      return { result: 'conflict', revision: this.revision };
    }
    this.version = next.version;
    this.dispatcher.setTopology(topology);
    const after = this.find(part) ?? null;
    if (wanted === null || !after) return { result: 'deleted', before: before ?? null, after };
    const result = before ? 'changed' : 'created';
    return { result, revision: this.revision, before: before ?? null, after };
  }
}

function told(edit: EditResult): Attributes {
  return { 'roomlb.result': edit.result, 'roomlb.revision': 'revision' in edit ? edit.revision : undefined };
}
