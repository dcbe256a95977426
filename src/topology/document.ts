/** From a document as plain data (parsed YAML or JSON, a request's body) to a topology. */
import { compareText } from './compare.ts';
import { DEFAULT_PLACEMENT } from './defaults.ts';
import type { Fault } from './faults.ts';
import type { Node, Topology, Vip } from './model.ts';
import type { Located, Parts } from './parts.ts';
import { Problems, toFault, type Path } from './problems.ts';
import { readNode, readPlacement, readVip } from './read.ts';
import type { TopologyDocument } from './schema.ts';
import { checkShape, type Partly } from './shape.ts';
import { checkParts } from './validate.ts';

/** A topology where there is no error; warnings may come with it. */
export interface Checked {
  readonly topology?: Topology;
  readonly faults: readonly Fault[];
}

/** Pure. The document is not changed; faults have a path, but no file or line. */
export function checkDocument(document: unknown): Checked {
  const problems = new Problems();
  const topology = readDocument(document, problems);
  const faults = problems.list.map(toFault);
  return topology ? { topology, faults } : { faults };
}

/** Reports everything that is wrong; undefined where anything is. */
export function readDocument(document: unknown, problems: Problems): Topology | undefined {
  const raw = checkShape(document, problems);
  if (!raw) return undefined;
  const parts = readParts(raw, problems);
  checkParts(parts, problems);
  if (problems.hasErrors || raw.cluster === undefined) return undefined;
  return {
    cluster: raw.cluster,
    placement: parts.placement,
    vips: sorted(parts.vips),
    nodes: sorted(parts.nodes),
  };
}

function readParts(raw: Partly<TopologyDocument>, problems: Problems): Parts {
  const vips = readList(raw.vips, 'vips', (vip, path) => readVip(vip, path, problems), problems);
  const byId = new Map(vips.map(({ value }) => [value.id, value]));
  const nodes = readList(
    raw.nodes,
    'nodes',
    (node, path) => withSignallingPort(readNode(node, path, problems), byId),
    problems,
  );
  return {
    placement: raw.placement ? readPlacement(raw.placement) : DEFAULT_PLACEMENT,
    vips,
    nodes,
    vipsKnown: raw.vips?.every((vip) => vip?.id !== undefined) ?? false,
  };
}

function readList<R, T>(
  raw: readonly (R | undefined)[] | undefined,
  key: string,
  read: (raw: R, path: Path) => T,
  problems: Problems,
): Located<T>[] {
  return (raw ?? []).flatMap((item, index) => {
    if (item === undefined) return [];
    const path = [key, index];
    const value = read(item, path);
    return [{ path, value, sound: problems.isSound(path) }];
  });
}

/** A node that names no signalling port listens where its VIP does. */
function withSignallingPort(node: Node, vips: ReadonlyMap<string, Vip>): Node {
  const shared = vips.get(node.vip)?.signalling?.port ?? null;
  return node.signallingPort === null && shared !== null ? { ...node, signallingPort: shared } : node;
}

function sorted<T extends { readonly id: string }>(entities: readonly Located<T>[]): T[] {
  return entities.map(({ value }) => value).sort((a, b) => compareText(a.id, b.id));
}
