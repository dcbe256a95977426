/** What can be said of one part of a topology whatever the rest of it is. */
import { checkAddresses } from './check-addresses.ts';
import { checkPlacement } from './check-placement.ts';
import { checkVips } from './check-vips.ts';
import { DEFAULT_PLACEMENT } from './defaults.ts';
import { toNodeDocument, toPlacementDocument, toVipDocument } from './format.ts';
import { toHealthDocument } from './health/format.ts';
import { readHealth } from './health/read-config.ts';
import { HealthSchema } from './health/schema.ts';
import { toWindowDocument } from './maintenance/format.ts';
import { readWindow } from './maintenance/read-windows.ts';
import { WindowSchema } from './maintenance/schema.ts';
import type { Parts } from './parts.ts';
import { toPinDocument } from './pins/format.ts';
import { readPin } from './pins/read-pins.ts';
import { PinSchema } from './pins/schema.ts';
import { formatPath, Problems, type Path, type Problem } from './problems.ts';
import { readNode, readPlacement, readVip } from './read.ts';
import { NodeSchema, PlacementSchema, VipSchema } from './schema.ts';
import { shapeCheck, type CheckShape } from './shape.ts';

export type PartName = 'nodes' | 'vips' | 'pins' | 'maintenance' | 'placement' | 'health';

export interface Alone {
  /** Paths begin in the part: `['addresses', 1]`. */
  readonly problems: readonly Problem[];
  /** With every default, as a dispatcher would answer it; undefined where anything is wrong or not yet known. */
  readonly canonical: object | undefined;
}

/** Checks what is in `raw`, and returns all of it as a document. */
type Read = (raw: object, path: Path, problems: Problems) => object;

/** The parts that are lists of entities. */
const LISTS: readonly PartName[] = ['nodes', 'vips', 'pins', 'maintenance'];

const NOTHING: Parts = {
  placement: DEFAULT_PLACEMENT,
  bgp: null,
  vips: [],
  nodes: [],
  nodeRanges: null,
  vipsKnown: false,
  nodesKnown: false,
  pins: [],
  maintenance: [],
  balancers: [],
};

const SHAPES: Readonly<Record<PartName, CheckShape<object>>> = {
  nodes: shapeCheck(NodeSchema),
  vips: shapeCheck(VipSchema),
  pins: shapeCheck(PinSchema),
  maintenance: shapeCheck(WindowSchema),
  placement: shapeCheck(PlacementSchema),
  health: shapeCheck(HealthSchema),
};

const READ: Readonly<Record<PartName, Read>> = {
  nodes: (raw, path, problems) => {
    const value = readNode(raw, path, problems);
    checkAddresses({ ...NOTHING, nodes: [{ path, value, sound: problems.isSound(path) }] }, problems);
    return toNodeDocument(value);
  },
  vips: (raw, path, problems) => {
    const value = readVip(raw, path, problems);
    const parts = { ...NOTHING, vips: [{ path, value, sound: problems.isSound(path) }] };
    checkAddresses(parts, problems);
    checkVips(parts, problems);
    return toVipDocument(value);
  },
  pins: (raw, path, problems) => toPinDocument(readPin(raw, path, problems)),
  maintenance: (raw, path, problems) => toWindowDocument(readWindow(raw, path, problems)),
  placement: (raw, _, problems) => {
    const placement = readPlacement(raw);
    checkPlacement({ ...NOTHING, placement }, problems);
    return toPlacementDocument(placement);
  },
  health: (raw, path, problems) => toHealthDocument(readHealth(raw, path, problems)),
};

/**
 * Pure. Finds what `checkDocument` would find of a topology that has this part, but for what contradicts other parts.
 *
 * @param document the part as users write it
 * @param unknown paths in it of what is left out but will be there: nothing is said of these
 */
export function checkAlone(part: PartName, document: object, unknown: readonly Path[] = []): Alone {
  const path = LISTS.includes(part) ? [part, 0] : [part];
  const problems = new Problems();
  for (const one of unknown) problems.markUnreadable([...path, ...one]);
  const raw = SHAPES[part](document, problems, path);
  const read = raw === undefined ? undefined : READ[part](raw, path, problems);
  const left = new Set(unknown.map((one) => formatPath([...path, ...one])));
  const own = problems.list.filter(
    (problem) =>
      path.every((step, index) => problem.path[index] === step) && !left.has(formatPath(problem.path)),
  );
  const flawless = unknown.length === 0 && own.every(({ severity }) => severity === 'warning');
  return {
    problems: own.map((problem) => ({ ...problem, path: problem.path.slice(path.length) })),
    canonical: flawless ? read : undefined,
  };
}
