/** The shapes of what comes on the stream of events, and of what its readers say: checked against the events' types. */
import Type from 'typebox';
import { MAX_ROOM_BYTES } from '../room-name.ts';
import type { AnyEvent } from '../events/events.ts';
import { FILTER_LIMITS } from '../events/filter.ts';
import { EVENTS_VERSION } from '../events/history.ts';
import { POSITION_PATTERN } from '../events/position.ts';
import { START, type StreamMessage } from '../events/stream-messages.ts';
import { VERDICTS } from '../health/detector/paths.ts';
import { LEAVE_REASONS } from '../media-node/protocol.ts';
import { CHECK_TYPES } from '../topology/health/config.ts';
import { PROTOCOLS } from '../topology/model.ts';
import { Counts, StandingWord } from './balancer-schemas.ts';
import { State } from './health-schemas.ts';
import { list, nullable, words } from './schemas.ts';

const Text = Type.String();
const Count = Type.Integer({ minimum: 0 });
const Time = Type.Number({ description: 'Milliseconds since the epoch.' });

/** @param types one, or several that have the same members */
function event<const T extends string, P extends Type.TProperties>(
  types: readonly T[],
  description: string,
  members: P,
) {
  return Type.Object({ type: words(types), at: Time, ...members }, { description });
}

const node = Text;
const room = Text;
const balancer = { balancer: Text, target: Text };

/** Each kind of event, under the name that documents give it. */
export const EVENT_SCHEMAS = {
  RoomClaimed: event(
    ['room.claimed'],
    'A room got a place: by a request, or since a node reported it; `replica`: another replica gave it that.',
    { room, node, by: words(['request', 'report', 'replica']) },
  ),
  RoomMoved: event(
    ['room.moved'],
    'A room was placed anew, since its node lost it: its clients connect to `to`.',
    { room, from: node, to: node, why: Text, by: Type.Optional(words(['replica'])) },
  ),
  RoomReleased: event(['room.released'], 'The place of a room was given back.', {
    room,
    node,
    by: Type.Optional(words(['replica'])),
  }),
  RoomSplit: event(['room.split'], 'A room lives on one node while it is claimed on another.', {
    room,
    live: node,
    claimed: node,
  }),
  RoomExpired: event(['room.expired'], 'A claim that nobody has needed for long was dropped.', {
    room,
    node,
  }),
  RoomConflict: event(
    ['room.conflict'],
    'A room was handed out on another node than by another replica while the store was away.',
    { room, claimed: node, other: node },
  ),
  NodeState: event(['node.state'], "A node's health, as placement goes by it, changed.", {
    node,
    from: State,
    to: State,
    why: Text,
  }),
  NodeDamped: event(['node.damped', 'node.released'], 'A node is held back for flapping, or released.', {
    node,
    penalty: Type.Number(),
  }),
  NodeWeight: event(['node.weight'], 'Slow start: the share of its weight that a node has.', {
    node,
    factor: Type.Number(),
  }),
  NodeConnected: event(['node.connected'], 'A media node reports to this dispatcher.', {
    node,
    instance: Text,
    software: Text,
    restarted: Type.Boolean(),
  }),
  NodeDisconnected: event(['node.disconnected'], "A node's connection ended without a goodbye.", {
    node,
    why: Text,
  }),
  NodeDraining: event(['node.draining'], 'A node was told to stop, and waits for its rooms.', {
    node,
    rooms: Count,
  }),
  NodeLeft: event(['node.left'], 'A node said goodbye; so many live rooms ended with it.', {
    node,
    reason: words(LEAVE_REASONS),
    rooms: Count,
  }),
  WorkerDied: event(['node.worker-died'], 'A media worker died, and so many live rooms with it.', {
    node,
    port: Type.Integer(),
    reason: Text,
    rooms: Count,
  }),
  NodeRefused: event(['node.refused'], 'Somebody who says to be this node was turned away.', {
    node,
    why: Text,
  }),
  Panic: event(
    ['panic.entered', 'panic.left'],
    'So many nodes fell silent at once that the network is blamed.',
    { silent: Count, of: Count },
  ),
  Path: event(
    VERDICTS.map((verdict) => `path.${verdict}` as const),
    'What a path through a VIP is found to be.',
    {
      verdict: words(VERDICTS),
      node,
      vip: Text,
      address: Text,
      port: Type.Integer(),
      transport: words(PROTOCOLS),
      from: words(VERDICTS),
      why: Text,
      hint: Text,
      answeredBy: Type.Optional(node),
    },
  ),
  Vip: event(
    ['vip.unreachable', 'vip.reachable'],
    'No path through an address of a VIP works though nodes answer, or one does again.',
    { vip: Text, address: Text, transport: words(PROTOCOLS), hint: Text },
  ),
  ProbesBehind: event(['probes.behind'], 'Probes do not keep up.', { overruns: Count, waiting: Count }),
  Contradiction: event(
    ['deep-check.contradiction'],
    'A deep check found, twice, what contradicts what is believed of a node.',
    {
      node,
      check: words(CHECK_TYPES),
      target: nullable(Text),
      believed: Text,
      found: Text,
      why: Text,
      hint: Text,
    },
  ),
  DeepCheckDone: event(['deep-check.done'], 'A deep check is over.', {
    nodes: Count,
    probes: Count,
    contradictions: Count,
  }),
  Maintenance: event(['maintenance.opened', 'maintenance.closed'], 'A maintenance window.', {
    window: Text,
    since: Time,
    until: Time,
  }),
  BalancerChange: event(
    [
      'balancer.applied',
      'balancer.refused',
      'balancer.rolled-back',
      'balancer.failed',
      'balancer.interrupted',
    ],
    'Something was done to a live balancer, or tried.',
    {
      ...balancer,
      what: words(['apply', 'repair', 'rollback']),
      revision: Text,
      plan: nullable(Text),
      counts: nullable(Counts),
      took: Type.Number({ description: 'Milliseconds.' }),
      why: nullable(Text),
    },
  ),
  BalancerStanding: event(['balancer.standing'], 'A live balancer stands otherwise than before; drift too.', {
    ...balancer,
    from: StandingWord,
    to: StandingWord,
    why: nullable(Text),
    pending: nullable(Counts),
  }),
  StoreDegraded: event(['store.degraded'], 'The store does not answer; rooms go by what was known last.', {
    why: Text,
  }),
  StoreRecovered: event(['store.recovered'], 'The store answers again.', {
    seconds: Type.Number(),
    restored: Type.Boolean(),
    brought: Count,
    conflicts: Count,
  }),
  TopologyChanged: event(
    ['topology.changed'],
    'Another topology holds. `from`, `to`: the ETags of /v1/topology.',
    {
      from: Text,
      to: Text,
      changes: list(
        Type.Object({
          what: words(['added', 'removed', 'changed']),
          part: words([
            'node',
            'vip',
            'pin',
            'maintenance',
            'balancer',
            'cluster',
            'placement',
            'health',
            'bgp',
          ]),
          id: nullable(Text),
          fields: list(Text),
        }),
      ),
      more: Type.Integer({ minimum: 0, description: 'Changes that are left out for their number.' }),
    },
  ),
} as const;

const Epoch = Type.String({
  pattern: '^[0-9a-f]{12}$',
  description: 'Of this replica since its start; numbers of two epochs have nothing to do with each other.',
});

/** What every item of the stream has besides its own members. */
export const ENVELOPE = {
  version: Type.Literal(EVENTS_VERSION),
  epoch: Epoch,
  seq: Type.Integer({
    minimum: 0,
    description: 'From 1 on, without a gap, also over what a filter holds back.',
  }),
} as const;

const kind = Type.String({ minLength: 1, maxLength: 64, examples: ['room.', 'node.state'] });
const nodeId = Type.String({ minLength: 1, maxLength: 63, examples: ['sfu-1'] });
const roomName = Type.String({ minLength: 1, maxLength: MAX_ROOM_BYTES, examples: ['standup'] });
const several = <T extends Type.TSchema>(items: T, maxItems: number, description: string) =>
  Type.Optional(list(items, { maxItems, description }));

const Kinds = several(kind, FILTER_LIMITS.kinds, 'Types of events, or what they begin with, up to the dot.');
const Rooms = several(
  roomName,
  FILTER_LIMITS.rooms,
  'Only what is about one of these rooms, or of the nodes.',
);
const Nodes = several(nodeId, FILTER_LIMITS.nodes, 'Only what is about one of these nodes, or of the rooms.');
export const After = Type.String({
  pattern: `^${START}$|${POSITION_PATTERN}`,
  maxLength: 28,
  description:
    'EPOCH:SEQ of the last event that was seen: what came after it is sent first. `start`: all that is still kept.',
});

const Last = Type.Integer({ minimum: 0, description: 'The number of the newest event at this moment.' });

const Filter = Type.Object({ kinds: Kinds, rooms: Rooms, nodes: Nodes }, { additionalProperties: false });

export const EventsQuery = Type.Object(
  { kind: Kinds, room: Rooms, node: Nodes, after: Type.Optional(After) },
  { additionalProperties: false },
);

export const Subscribe = Type.Object(
  {
    type: Type.Literal('subscribe'),
    kinds: Kinds,
    rooms: Rooms,
    nodes: Nodes,
    after: Type.Optional(After),
  },
  {
    additionalProperties: false,
    description: 'In place of the filter before. Without `after`, only what is new from now on.',
  },
);

export const STREAM_SCHEMAS = {
  StreamOpen: Type.Object(
    { ...ENVELOPE, type: Type.Literal('stream.open'), filter: Filter, last: Last },
    { description: 'First of all, and after every subscribe: events after `seq` follow.' },
  ),
  StreamGap: Type.Object(
    {
      ...ENVELOPE,
      type: Type.Literal('stream.gap'),
      filter: Filter,
      why: words(['too-old', 'other-epoch', 'unknown']),
      asked: Text,
      hint: Text,
      last: Last,
    },
    {
      description:
        'In place of stream.open: events are missing. Read the current state by REST; what comes after `seq` follows.',
    },
  ),
  StreamHeartbeat: Type.Object(
    { ...ENVELOPE, type: Type.Literal('stream.heartbeat') },
    { description: 'Everything up to `seq` has been looked at, whether it passed the filter or not.' },
  ),
} as const;

type Described<S extends Readonly<Record<string, Type.TSchema>>> = {
  [K in keyof S]: Type.Static<S[K]>;
}[keyof S];
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
true satisfies Same<AnyEvent, Described<typeof EVENT_SCHEMAS>>;
true satisfies Same<StreamMessage, Described<typeof STREAM_SCHEMAS>>;
