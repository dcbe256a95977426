/** What differs between two topologies, in the words of the document. */
import { isDeepStrictEqual } from 'node:util';
import { toNodeDocument, toPlacementDocument, toVipDocument } from './format.ts';
import type { Balancer } from './balancers/balancer.ts';
import { toBalancerDocument } from './balancers/format.ts';
import { toHealthDocument } from './health/format.ts';
import { toWindowDocument } from './maintenance/format.ts';
import type { MaintenanceWindow } from './maintenance/window.ts';
import { toPinDocument } from './pins/format.ts';
import type { Pin } from './pins/pin.ts';
import { toBgpDocument } from './routing/format.ts';
import type { Node, Topology, Vip } from './model.ts';

export interface FieldChange {
  /** Within the entity: `media.ports`. */
  readonly path: string;
  /** As the document writes it; undefined where the field was not there. */
  readonly from: unknown;
  /** As the document writes it; undefined where the field is not there any more. */
  readonly to: unknown;
}

export interface EntityChange {
  readonly id: string;
  /** In the document's order of fields; never empty. */
  readonly fields: readonly FieldChange[];
}

/** All lists are sorted by id. */
export interface EntityDiff<T> {
  readonly added: readonly T[];
  readonly removed: readonly T[];
  readonly changed: readonly EntityChange[];
}

export interface TopologyDiff {
  /** Its name, and where its nodes may be. */
  readonly cluster: readonly FieldChange[];
  readonly placement: readonly FieldChange[];
  readonly vips: EntityDiff<Vip>;
  readonly nodes: EntityDiff<Node>;
  readonly health: readonly FieldChange[];
  readonly bgp: readonly FieldChange[];
  /** The id of a pin is its room. */
  readonly pins: EntityDiff<Pin & { readonly id: string }>;
  readonly maintenance: EntityDiff<MaintenanceWindow>;
  readonly balancers: EntityDiff<Balancer>;
}

/** From `before` to `after`; pure. */
export function diffTopologies(before: Topology, after: Topology): TopologyDiff {
  return {
    cluster: diffFields(ofCluster(before), ofCluster(after)),
    placement: diffFields(toPlacementDocument(before.placement), toPlacementDocument(after.placement)),
    vips: diffEntities(before.vips, after.vips, toVipDocument),
    nodes: diffEntities(before.nodes, after.nodes, toNodeDocument),
    health: diffFields(toHealthDocument(before.health), toHealthDocument(after.health)),
    bgp: diffFields(before.bgp ? toBgpDocument(before.bgp) : {}, after.bgp ? toBgpDocument(after.bgp) : {}),
    pins: diffEntities(before.pins.map(byRoom), after.pins.map(byRoom), toPinDocument),
    maintenance: diffEntities(before.maintenance, after.maintenance, toWindowDocument),
    balancers: diffEntities(before.balancers, after.balancers, toBalancerDocument),
  };
}

function byRoom(pin: Pin): Pin & { readonly id: string } {
  return { ...pin, id: pin.room };
}

function ofCluster({ cluster, nodeRanges }: Topology): object {
  return { cluster, ...(nodeRanges && { nodeRanges }) };
}

function diffEntities<T extends { readonly id: string }>(
  before: readonly T[],
  after: readonly T[],
  toDocument: (entity: T) => object,
): EntityDiff<T> {
  const old = new Map(before.map((entity) => [entity.id, entity]));
  const remaining = new Set(after.map(({ id }) => id));
  return {
    added: after.filter(({ id }) => !old.has(id)),
    removed: before.filter(({ id }) => !remaining.has(id)),
    changed: after.flatMap((entity) => {
      const was = old.get(entity.id);
      if (!was) return [];
      const fields = diffFields(toDocument(was), toDocument(entity));
      return fields.length === 0 ? [] : [{ id: entity.id, fields }];
    }),
  };
}

/** Mappings are compared key by key, lists and scalars as a whole. */
function diffFields(before: object, after: object, prefix = ''): FieldChange[] {
  const old = new Map<string, unknown>(Object.entries(before));
  const now = new Map<string, unknown>(Object.entries(after));
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key): FieldChange[] => {
    const from = old.get(key);
    const to = now.get(key);
    if (isDeepStrictEqual(from, to)) return [];
    if (isMapping(from) && isMapping(to)) return diffFields(from, to, `${prefix}${key}.`);
    return [{ path: `${prefix}${key}`, from, to }];
  });
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
