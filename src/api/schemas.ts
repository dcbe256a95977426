/** The shapes of requests and answers: they validate, type the handlers, and make up the OpenAPI document. */
import Type from 'typebox';
import { MAX_ROOM_BYTES } from '../room-name.ts';
import { ROOM_KINDS } from '../allocation/allocation.ts';
import { TARGET_KINDS } from '../targets/target.ts';
import { FORWARDING_MODES, NODE_KINDS, PROTOCOLS } from '../topology/model.ts';

/** Rooms in one `POST /v1/placements`. */
export const MAX_PREVIEW_ROOMS = 1000;
/** Rooms on one page of `GET /v1/rooms`. */
export const MAX_PAGE = 1000;
export const DEFAULT_PAGE = 100;

export const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
/** A list that handlers need not copy to make it mutable. */
export const list = <T extends Type.TSchema>(items: T, options: Type.TSchemaOptions = {}) =>
  Type.Unsafe<readonly Type.Static<T>[]>(Type.Array(items, options));
/** An answer without a body. */
export const nothing = (description: string) => Type.Unsafe<undefined>({ type: 'null', description });
/** JSON of a shape that is described elsewhere. */
export const AnyObject = Type.Unsafe<unknown>({ type: 'object', additionalProperties: true });
export const words = <T extends string>(values: readonly T[], options: Type.TSchemaOptions = {}) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values], ...options });

export const RoomName = Type.String({
  minLength: 1,
  maxLength: MAX_ROOM_BYTES,
  description: `1–${MAX_ROOM_BYTES} bytes of UTF-8 without control characters.`,
  examples: ['standup'],
});

/** Names of parts of the topology, in answers. */
export const NodeId = Type.String({ description: 'Id of the node.' });
export const NodeKind = words(NODE_KINDS, { description: 'Which media server runs on the node.' });
export const NodeZone = nullable(
  Type.String({ description: 'Availability zone of the node; null where it has none.' }),
);
export const Transport = words(PROTOCOLS, { description: 'Transport protocol.' });
const Revision = Type.String({ description: 'Revision of the intent that this answer follows from.' });
const RoomText = Type.String({ description: 'Name of the room.' });

export const RoomParams = Type.Object({ room: RoomName });

const wishes = {
  kind: Type.Optional(words(ROOM_KINDS, { description: 'What the room is for; conference if left out.' })),
  zone: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 63,
      description: 'Preferred zone; other zones serve if it is full.',
    }),
  ),
  nodeKind: Type.Optional(words(NODE_KINDS, { description: 'Only nodes of this kind.' })),
  vip: Type.Optional(
    Type.String({ minLength: 1, maxLength: 63, description: 'Only nodes behind this VIP.' }),
  ),
};

const ClaimWishes = Type.Object(
  {
    ...wishes,
    participants: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 10_000_000, description: 'Expected participants.' }),
    ),
  },
  { additionalProperties: false },
);

/** Optional: no body is validated as null. */
export const ClaimBody = Type.Unsafe<Type.Static<typeof ClaimWishes> | null>({
  ...ClaimWishes,
  type: ['object', 'null'],
});

export const PreviewBody = Type.Object(
  { rooms: Type.Array(RoomName, { minItems: 1, maxItems: MAX_PREVIEW_ROOMS }), ...wishes },
  { additionalProperties: false },
);

export const ExplainQuery = Type.Object(
  {
    ...wishes,
    target: Type.Optional(
      Type.String({
        maxLength: 1000,
        description:
          'Targets whose rules are wanted, joined by commas. Without it: those of balancers, else engines of Linux hosts.',
      }),
    ),
  },
  { additionalProperties: false },
);

const PassedOverList = list(
  Type.Object({ node: NodeId, reason: Type.String({ description: 'Why it did not take the room.' }) }),
  {
    description: 'Candidates that were preferred over this node but did not take the room, and why.',
  },
);

export const Allocation = Type.Object(
  {
    room: RoomText,
    node: Type.Object(
      {
        id: NodeId,
        kind: NodeKind,
        zone: NodeZone,
        addresses: list(Type.String(), { description: 'Its own addresses, not those of the VIP.' }),
      },
      { description: 'The node that the room is on.' },
    ),
    vip: Type.String({ description: 'Id of the VIP that the node stands behind.' }),
    media: list(
      Type.Object({
        protocol: Transport,
        address: Type.String({ description: 'Of the VIP.' }),
        port: Type.Integer({ description: 'Of the VIP and of the node: they are the same.' }),
      }),
      {
        description: 'The media workers of the node as seen through the VIP; the node picks the worker.',
      },
    ),
    signalling: nullable(
      Type.Object(
        { url: Type.String({ description: 'Names the node.' }) },
        { description: 'Where clients connect to; null where the VIP carries no signalling.' },
      ),
    ),
    decision: words(['claim', 'live', 'pin', 'hash', 'spill'], {
      description:
        'claim: handed out before. live: nobody had claimed it, but a node reports that it lives there. ' +
        'pin: an operator gave it to this node. hash: the first candidate that takes rooms. spill: a later one, since those before it had ' +
        'reached their bounded share, or have just come back.',
    }),
    passedOver: PassedOverList,
    revision: Revision,
    moved: Type.Optional(
      Type.Object(
        {
          from: Type.String({ description: 'Id of the node that it was on.' }),
          why: Type.String({ description: 'Why that could not keep it.' }),
        },
        { description: 'Present when this very answer moved the room off the node it was claimed on.' },
      ),
    ),
    degraded: Type.Optional(
      Type.Literal(true, {
        description:
          'Present while the store of claims does not answer: this follows from what this replica knew of it last, ' +
          'and new rooms go by hash alone. It is brought to the store when that is back.',
      }),
    ),
  },
  { description: 'Where a room lives: room → node → VIP:port.' },
);

export const Preview = Type.Object({
  revision: Revision,
  placements: list(Allocation, { description: 'In the order asked for.' }),
  unplaced: list(Type.Object({ room: RoomText, reasons: PassedOverList }), {
    description: 'Rooms that no node takes now.',
  }),
});

export const RoomEntry = Type.Object({
  room: Type.String(),
  node: Type.String(),
  kind: words(ROOM_KINDS),
  zone: nullable(Type.String()),
  participants: nullable(Type.Integer()),
});

export const Load = Type.Object({ node: Type.String(), rooms: Type.Integer({ minimum: 0 }) });

export const RoomPage = Type.Object({
  rooms: list(RoomEntry),
  next: nullable(Type.String({ description: 'Pass as `after` for the next page; null on the last one.' })),
});

export const RoomPageQuery = Type.Object({
  node: Type.Optional(Type.String({ minLength: 1, maxLength: 63 })),
  after: Type.Optional(RoomName),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE })),
});

/** RFC 9457. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ examples: ['urn:roomlb:problem:no-node-fits'] }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.Optional(Type.String()),
  },
  { additionalProperties: true, description: 'Problem details (RFC 9457).' },
);

/** For clients that must know whom they talk to. */
export const VersionAnswer = Type.Object({
  name: Type.Literal('roomlb'),
  version: Type.String({ description: 'Of the dispatcher (Semantic Versioning).', examples: ['0.1.0'] }),
  api: Type.Literal('v1', { description: 'Of the REST API: the first part of its paths.' }),
  cluster: Type.String({ description: 'Name of the cluster that it answers for.' }),
});

export const Explanation = Type.Object({
  room: Type.String(),
  hash: Type.String({ description: 'XXH32 of the name, eight hex digits.' }),
  algorithm: Type.String({ description: 'By which rooms are given to nodes.' }),
  loadBound: nullable(
    Type.Number({
      description: 'How many times its weighted share a node may hold; null: there is no bound.',
    }),
  ),
  wishes: Type.Object(
    {
      kind: words(ROOM_KINDS, { description: 'What the room is for.' }),
      zone: nullable(Type.String({ description: 'Preferred zone; null: none.' })),
      participants: nullable(Type.Integer({ description: 'Expected participants; null where nobody said.' })),
      nodeKind: nullable(words(NODE_KINDS, { description: 'Only nodes of this kind; null: of any.' })),
      vip: nullable(Type.String({ description: 'Only nodes behind this VIP; null: behind any.' })),
    },
    { description: 'What the place is chosen by: of a claimed room, what it was claimed with.' },
  ),
  claim: nullable(
    Type.Object(
      {
        node: NodeId,
        lost: nullable(Type.String({ description: 'Why the node cannot keep the room; null where it can.' })),
      },
      { description: 'Where the room was handed out to; null where nobody has claimed it.' },
    ),
  ),
  pin: nullable(
    Type.Object(
      {
        node: NodeId,
        strict: Type.Boolean({ description: 'Whether no other node may have it, should that one be away.' }),
      },
      { description: 'The pin of the room; a claim that it has goes before.' },
    ),
  ),
  allocation: nullable(Allocation),
  candidates: list(
    Type.Object({
      rank: Type.Integer({ description: '1 is the most preferred.' }),
      node: NodeId,
      zone: NodeZone,
      weight: Type.Integer({ description: 'Its share relative to other nodes.' }),
      rooms: nullable(
        Type.Integer({ description: 'Claimed ones that it has; null where that is not known.' }),
      ),
      verdict: words(['chosen', 'pinned', 'passed over', 'not reached'], {
        description:
          'chosen: has the room, or gets it with the next claim. pinned: gets it, since an operator says so. passed over: asked, and refused. not ' +
          'reached: not asked, since the room has a place or a more preferred node takes it.',
      }),
      reason: Type.String({ description: 'Of the verdict, in words.' }),
    }),
    { description: 'All nodes, in the order of preference for this room.' },
  ),
  rules: list(
    Type.Object({
      target: Type.String({ description: 'Name of the target.' }),
      rules: list(Type.String(), { description: 'As its configuration has them.' }),
    }),
    {
      description: 'Per target, the rules that lead to the node.',
    },
  ),
});

/** The dispatcher's answer to `roomlb enroll`. */
export const EnrolmentAnswer = Type.Object({
  node: Type.String(),
  secret: Type.String({ description: 'For POST /v1/nodes/{id}/credentials, as the bearer token.' }),
  expires: Type.String({ description: 'ISO 8601, on the clock of the dispatcher.' }),
  expiresIn: Type.Integer({ description: 'Seconds.' }),
});

export const TargetInfo = Type.Object({
  name: Type.String(),
  kind: words(TARGET_KINDS),
  title: Type.String(),
  udp: Type.String(),
  tcp: Type.String(),
  forwarding: list(words(FORWARDING_MODES)),
  ipv6: Type.Boolean(),
  naming: list(words(['path', 'sni', 'ports'])),
  health: Type.String(),
  drain: Type.String(),
  versions: Type.String(),
});

const Finding = Type.Object({
  level: words(['refused', 'degraded', 'note'], {
    description: 'refused: left out. degraded: done otherwise than intended. note: to be known.',
  }),
  about: list(Type.String(), { description: 'Ids of services or VIPs.' }),
  message: Type.String({ description: 'What it is about, in words.' }),
  hint: Type.String({ description: 'What helps.' }),
});

export const RenderedConfig = Type.Object({
  target: Type.String(),
  revision: Revision,
  files: list(
    Type.Object({ path: Type.String(), content: Type.String(), mode: Type.Optional(Type.Integer()) }),
  ),
  findings: list(Finding, { description: 'What the target cannot carry, or what has to be known.' }),
  rules: Type.Integer({ description: 'Forwarding rules, as the engine counts them.' }),
});
