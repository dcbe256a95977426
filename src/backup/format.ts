/**
 * The text of a backup: JSON, one value a line. A head, the topology where the store has one, a claim a line in the
 * order of rooms, and an end with the number of claims and the SHA-256 of all lines before it. No clock, so that two
 * backups of one state are the same bytes.
 *
 * It is of no store in particular, and does not depend on how stores lay things out: what one version of RoomLB
 * backed up from Redis another restores into a file. Health of nodes is not in it, since it is observed anew.
 */
import { Ajv, type ValidateFunction } from 'ajv';
import Type from 'typebox';
import { ROOM_KINDS } from '../allocation/allocation.ts';
import { roomNameFault } from '../room-name.ts';
import { toClaim } from '../store/claim.ts';
import type { ClaimEntry, TopologyRecord } from '../store/store.ts';
import { ID_PATTERN } from '../topology/patterns.ts';
import { NODE_KINDS } from '../topology/model.ts';

/** Raise it with every change that older programs would misread; older formats must go on being read. */
export const BACKUP_FORMAT = 1;

const closed = { additionalProperties: false };
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const words = <T extends string>(values: readonly T[]) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values] });
const Id = Type.String({ pattern: ID_PATTERN });

const Head = Type.Object({ backup: Type.Literal('roomlb'), format: Type.Integer(), cluster: Id }, closed);
const TopologyLine = Type.Object(
  {
    topology: Type.Object(
      {
        seed: Type.Unknown(),
        current: Type.Unknown(),
        version: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
      },
      closed,
    ),
  },
  closed,
);
const ClaimLine = Type.Object(
  {
    room: Type.String(),
    claim: Type.Object(
      {
        node: Id,
        kind: words(ROOM_KINDS),
        zone: nullable(Type.String({ minLength: 1, maxLength: 63 })),
        participants: nullable(Type.Integer({ minimum: 1, maximum: 10_000_000 })),
        nodeKind: nullable(words(NODE_KINDS)),
        vip: nullable(Type.String({ minLength: 1, maxLength: 63 })),
      },
      closed,
    ),
  },
  closed,
);
const End = Type.Object(
  { end: Type.Object({ claims: Type.Integer({ minimum: 0 }), sha256: Type.String() }, closed) },
  closed,
);

export type End = Type.Static<typeof End>['end'];

export type Line =
  | { readonly kind: 'topology'; readonly topology: TopologyRecord }
  | { readonly kind: 'claim'; readonly entry: ClaimEntry }
  | { readonly kind: 'end'; readonly end: End };

/** A line is not what it should be; says what is wrong. */
export class LineError extends Error {
  override readonly name = 'LineError';
}

export const headLine = (cluster: string): string =>
  line({ backup: 'roomlb', format: BACKUP_FORMAT, cluster });
export const topologyLine = ({ seed, current, version }: TopologyRecord): string =>
  line({ topology: { seed, current, version } });
export const claimLine = ({ room, claim }: ClaimEntry): string => line({ room, claim: toClaim(claim) });
export const endLine = ({ claims, sha256 }: End): string => line({ end: { claims, sha256 } });

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

const ajv = new Ajv({ allowUnionTypes: true });
const isHead = ajv.compile<Type.Static<typeof Head>>(Head);
const isTopology = ajv.compile<Type.Static<typeof TopologyLine>>(TopologyLine);
const isClaim = ajv.compile<Type.Static<typeof ClaimLine>>(ClaimLine);
const isEnd = ajv.compile<Type.Static<typeof End>>(End);

/** The cluster that it is of. @throws LineError */
export function readHead(text: string): string {
  const value = parse(text);
  if (typeof value !== 'object' || value === null || !('backup' in value))
    throw new LineError('this is no backup of RoomLB');
  const { format, cluster } = checked(isHead, value);
  if (format === BACKUP_FORMAT) return cluster;
  throw new LineError(`it has format ${format}; this program reads format ${BACKUP_FORMAT}: upgrade it`);
}

/** Any line but the first. @throws LineError */
export function readLine(text: string): Line {
  const value = parse(text);
  if (typeof value !== 'object' || value === null) throw new LineError('it must be an object');
  if ('topology' in value) return { kind: 'topology', topology: checked(isTopology, value).topology };
  if ('end' in value) return { kind: 'end', end: checked(isEnd, value).end };
  const { room, claim } = checked(isClaim, value);
  const fault = roomNameFault(room);
  if (fault !== undefined) throw new LineError(fault);
  return { kind: 'claim', entry: { room, claim: toClaim(claim) } };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new LineError('it is not JSON', { cause });
  }
}

function checked<T>(is: ValidateFunction<T>, value: unknown): T {
  if (is(value)) return value;
  throw new LineError(ajv.errorsText(is.errors?.slice(0, 1), { dataVar: 'it' }));
}
