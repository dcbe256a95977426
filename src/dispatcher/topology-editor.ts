/**
 * Changes to the topology by REST. Each edit takes the document as it is, changes one entity, has the
 * whole checked as a file would be, and writes it by compare-and-set: nothing is ever half-applied.
 */
import { checkDocument } from '../topology/document.ts';
import type { Fault } from '../topology/faults.ts';
import type { Topology } from '../topology/model.ts';
import { toDocument, type TopologyDocument } from '../topology/format.ts';
import type { TopologyStore } from '../store/store.ts';
import type { Dispatcher } from './dispatcher.ts';
import { mergePatch } from './merge-patch.ts';

export type Kind = 'nodes' | 'vips';

export type EditResult =
  | { readonly result: 'created' | 'changed' | 'deleted'; readonly topology: Topology }
  | { readonly result: 'missing' }
  | { readonly result: 'invalid'; readonly faults: readonly Fault[] }
  /** The caller's If-Match names another revision. */
  | { readonly result: 'stale'; readonly revision: string };
