/** From a document as plain data (parsed YAML or JSON, a request's body) to a topology. */
import { compareText } from './compare.ts';
import { DEFAULT_PLACEMENT } from './defaults.ts';
import { isTooDeep, TOO_DEEP } from './depth.ts';
import type { Fault } from './faults.ts';
import type { HealthConfig } from './health/config.ts';
import type { Topology } from './model.ts';
import type { Located, Parts } from './parts.ts';
import { DEFAULT_HEALTH } from './health/config.ts';
import { readHealth } from './health/read-config.ts';
import { readBalancer } from './balancers/read-balancer.ts';
import { readBgp } from './routing/read-routing.ts';
import { inheritPort } from './inherit.ts';
import { readWindow } from './maintenance/read-windows.ts';
import { readPin } from './pins/read-pins.ts';
import { Problems, toFault, type Path } from './problems.ts';
import { parseRange } from './ranges.ts';
import { readNode, readPlacement, readVip } from './read.ts';
import type { TopologyDocument } from './schema.ts';
import { checkShape, type Partly } from './shape.ts';
import { checkParts } from './validate.ts';

/** A topology where there is no error; warnings may come with it. */
export interface Checked {
  readonly topology?: Topology;
  readonly faults: readonly Fault[];
}

/**
 * Pure. The document is not changed; faults have a path, but no file or line. Takes whatever JSON can say,
 * however deep.
 */
export function checkDocument(document: unknown): Checked {
  const problems = new Problems();
  if (isTooDeep(document)) {
    problems.unreadable([], ...TOO_DEEP);
    return { faults: problems.list.map(toFault) };
  }
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
    nodeRanges: parts.nodeRanges,
    health: parts.health,
    bgp: parts.bgp,
    pins: sortedBy(parts.pins, ({ room }) => room),
    maintenance: sorted(parts.maintenance),
    balancers: sorted(parts.balancers),
  };
}

/** Health has nothing that the rest could contradict, so that no check between parts needs it. */
interface AllParts extends Parts {
  readonly health: HealthConfig;
}

function readParts(raw: Partly<TopologyDocument>, problems: Problems): AllParts {
  const vips = readList(raw.vips, 'vips', (vip, path) => readVip(vip, path, problems), problems);
  const byId = new Map(vips.map(({ value }) => [value.id, value]));
  const nodes = readList(
    raw.nodes,
    'nodes',
    (node, path) => inheritPort(readNode(node, path, problems), byId),
    problems,
  );
  return {
    placement: raw.placement ? readPlacement(raw.placement) : DEFAULT_PLACEMENT,
    bgp: raw.bgp ? readBgp(raw.bgp, ['bgp'], problems) : null,
    vips,
    nodes,
    nodeRanges: raw.nodeRanges ? readRanges(raw.nodeRanges, problems) : null,
    vipsKnown: allNamed(raw.vips, 'vips', problems),
    nodesKnown: allNamed(raw.nodes, 'nodes', problems),
    health: raw.health ? readHealth(raw.health, ['health'], problems) : DEFAULT_HEALTH,
    pins: readList(raw.pins, 'pins', (pin, path) => readPin(pin, path, problems), problems),
    maintenance: readList(
      raw.maintenance,
      'maintenance',
      (window, path) => readWindow(window, path, problems),
      problems,
    ),
    balancers: readList(
      raw.balancers,
      'balancers',
      (balancer, path) => readBalancer(balancer, path, problems),
      problems,
    ),
  };
}

/** Whether nothing of the list that others refer to is unread; where it is left out, there is nothing of it. */
function allNamed(
  list: readonly (Partly<{ readonly id: string }> | undefined)[] | undefined,
  key: string,
  problems: Problems,
): boolean {
  return list?.every((one) => one?.id !== undefined) ?? !problems.isUnreadable([key]);
}

/** None where any cannot be read: then no node is known to be outside. */
function readRanges(raw: readonly (string | undefined)[], problems: Problems): string[] | null {
  const ranges = raw.map((text = '', index) => {
    const range = parseRange(text);
    if (range === undefined) {
      problems.unreadable(
        ['nodeRanges', index],
        `must be a range of addresses, found ${text}`,
        'write its first address and the length of its prefix, such as 10.0.0.0/8',
      );
    }
    return range;
  });
  return ranges.every((range) => range !== undefined) ? [...new Set(ranges)] : null;
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

function sorted<T extends { readonly id: string }>(entities: readonly Located<T>[]): T[] {
  return sortedBy(entities, ({ id }) => id);
}

function sortedBy<T>(entities: readonly Located<T>[], key: (entity: T) => string): T[] {
  return entities.map(({ value }) => value).sort((a, b) => compareText(key(a), key(b)));
}
