/** What survives a restart, as plain data. Last outcomes don't: the next probes will tell. */
import { Ajv } from 'ajv';
import Type from 'typebox';
import type { HealthState } from '../../cluster/view.ts';
import { CAUSES } from './check.ts';
import { VERDICTS } from './paths.ts';
import type { PanicState } from './panic.ts';
import { isPath, type EndpointRecord, type NodeRecord } from './records.ts';

const SNAPSHOT_VERSION = 1;

const words = <T extends string>(values: readonly T[]) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values] });
const State = words<HealthState>(['up', 'suspect', 'down', 'unknown']);
const Time = Type.Number();
const Words = Type.String({ maxLength: 4096 });
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const CheckSnapshot = Type.Object({
  state: State,
  alive: Type.Integer({ minimum: 0 }),
  silent: Type.Integer({ minimum: 0 }),
  proven: Type.Boolean(),
  cause: nullable(words(CAUSES)),
  why: Words,
  /** Of a path through a VIP. */
  path: Type.Optional(Type.Object({ verdict: words(VERDICTS), since: Time })),
});

const NodeSnapshot = Type.Object({
  state: State,
  since: Time,
  why: Words,
  fell: nullable(Type.Object({ at: Time, from: State })),
  away: Type.Boolean(),
  damping: Type.Object({ penalty: Type.Number({ minimum: 0 }), at: Time, suppressed: Type.Boolean() }),
  wasDown: Type.Boolean(),
  backSince: nullable(Time),
  factor: Type.Number({ minimum: 0, maximum: 1 }),
  history: Type.Array(Type.Object({ at: Time, from: State, to: State, why: Words })),
  /** By endpoint id. */
  checks: Type.Record(Type.String(), CheckSnapshot),
});

const PanicSnapshot = Type.Object({ on: Type.Boolean(), calmSince: nullable(Time) });

const Snapshot = Type.Object({
  version: Type.Literal(SNAPSHOT_VERSION),
  panic: PanicSnapshot,
  /** By node id. */
  nodes: Type.Record(Type.String(), NodeSnapshot),
});

export type DetectorSnapshot = Type.Static<typeof Snapshot>;

/** What was stored is no snapshot of this version; begin without one. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

const ajv = new Ajv();
const isSnapshot = ajv.compile<DetectorSnapshot>(Snapshot);

/** @throws SnapshotError, which says what is wrong */
export function readSnapshot(value: unknown): DetectorSnapshot {
  if (isSnapshot(value)) return value;
  throw new SnapshotError(`not a health snapshot: ${ajv.errorsText(isSnapshot.errors)}`);
}

export function takeSnapshot(panic: PanicState, nodes: Iterable<NodeRecord>): DetectorSnapshot {
  const entries = [...nodes].map((node) => {
    const { state, since, why, fell, away, damping, wasDown, backSince, factor, history, endpoints } = node;
    const checks = Object.fromEntries(endpoints.map((record) => [record.endpoint.id, takeCheck(record)]));
    return [
      node.id,
      { state, since, why, fell, away, damping, wasDown, backSince, factor, history, checks },
    ] as const;
  });
  return { version: SNAPSHOT_VERSION, panic, nodes: Object.fromEntries(entries) };
}

function takeCheck(record: EndpointRecord): DetectorSnapshot['nodes'][string]['checks'][string] {
  const { check, verdict, verdictSince } = record;
  return { ...check, ...(isPath(record) && { path: { verdict, since: verdictSince } }) };
}

/** The endpoint's record with what the snapshot knows of it. */
export function restoreEndpoint(
  record: EndpointRecord,
  snapshot: DetectorSnapshot | undefined,
): EndpointRecord {
  const { node, id } = record.endpoint;
  const stored = own(own(snapshot?.nodes, node)?.checks, id);
  if (!stored) return record;
  const { path, ...check } = stored;
  return { ...record, check, ...(path && { verdict: path.verdict, verdictSince: path.since }) };
}

/** The node's record with what the snapshot knows of it. */
export function restoreNode(record: NodeRecord, snapshot: DetectorSnapshot | undefined): NodeRecord {
  const stored = own(snapshot?.nodes, record.id);
  if (!stored) return record;
  const { state, since, why, fell, away, damping, wasDown, backSince, factor, history } = stored;
  return { ...record, state, since, why, fell, away, damping, wasDown, backSince, factor, history };
}

/** Ids are data: one may be called `constructor`. */
function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}
