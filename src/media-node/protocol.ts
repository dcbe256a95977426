/**
 * What a media node and a dispatcher say to each other, version 1. Both sides read with the functions below.
 *
 * 1. `PUT /v1/nodes/{id}/registration` (JSON): the node says that it is there, and is told its share of the
 *    topology. Repeated before every connection, so that a node learns of changes.
 * 2. `/v1/nodes/{id}/heartbeat` (WebSocket, one JSON message per text frame). The node begins with `hello`,
 *    then `rooms` with `reset`, which together say everything; the dispatcher answers `welcome`. From then on
 *    the node sends `heartbeat` at the interval that it was given and at every change of its phase, `rooms` when
 *    rooms open, close or change, `worker-died` at once, and `bye` before it leaves.
 *
 * Members that a receiver does not know are ignored, so that both sides can be upgraded in any order; what would
 * be misunderstood gets a new version number. The node's clock is never told: all times are durations.
 */
import { Ajv, type ValidateFunction } from 'ajv';
import Type from 'typebox';
import { ADMIN_STATES, FORWARDING_MODES, PROTOCOLS, TLS_MODES } from '../topology/model.ts';
import { lazily } from '../lazily.ts';

export const PROTOCOL = 1;
/** Largest WebSocket frame, either way: give it to the WebSocket library as its limit. */
export const MAX_FRAME_BYTES = 512 * 1024;
/** Workers of one node. */
export const MAX_WORKERS = 256;
/** Rooms in one message; more of them take several messages. */
export const MAX_ROOMS_PER_MESSAGE = 500;

const words = <T extends string>(values: readonly T[]) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values] });
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Id = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$' });
const Port = Type.Integer({ minimum: 1, maximum: 65_535 });
const Address = Type.String({ minLength: 2, maxLength: 39 });
const Addresses = Type.Array(Address, { minItems: 1, maxItems: 16 });
const Version = Type.String({ maxLength: 64 });
const Protocol = Type.Integer({ minimum: 1, maximum: 65_535 });
const Count = Type.Integer({ minimum: 0, maximum: 1_000_000_000 });
/** Characters; whoever keeps the name checks it with `roomNameFault()` as well. */
const Room = Type.String({ minLength: 1, maxLength: 256 });
const Milliseconds = Type.Number({ minimum: 0, maximum: 1e12 });
const Seconds = Type.Number({ minimum: 0, maximum: 1e9 });

/** Body of the registration. */
export const Registration = Type.Object({
  protocol: Protocol,
  /** Random, new with every start of the process: tells a restart from a reconnection. */
  instance: Type.String({ pattern: '^[0-9a-f-]{36}$' }),
  /** Of RoomLB. */
  version: Version,
  mediasoup: Version,
});

/** One node's share of the topology: all that it has to know to serve. */
export const Assignment = Type.Object({
  cluster: Id,
  node: Id,
  state: words(ADMIN_STATES),
  vip: Type.Object({ id: Id, addresses: Addresses, forwarding: words(FORWARDING_MODES) }),
  /** The node's own. */
  addresses: Addresses,
  /** Of media. */
  protocols: Type.Array(words(PROTOCOLS), { minItems: 1, maxItems: 2 }),
  /** Inclusive; one worker each. */
  mediaPorts: Type.Object({ first: Port, last: Port }),
  signallingPort: nullable(Port),
  tls: words(TLS_MODES),
  healthPort: nullable(Port),
  /** UDP port where monitors ask; null: the topology names none, and the node takes its healthPort. */
  stunPort: nullable(Port),
});

/** Answer to the registration (200). */
export const RegistrationAnswer = Type.Object({ protocol: Protocol, assignment: Assignment });

/**
 * Body, with an enrolment secret or a credential as the bearer token. A secret is good once: whoever lost the answer may
 * ask again with the same nonce, which nobody else knows.
 */
const CredentialWishes = Type.Object(
  { nonce: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{16,64}$' })) },
  { additionalProperties: false },
);
/** Optional: no body is validated as null. */
export const CredentialRequest = Type.Unsafe<Type.Static<typeof CredentialWishes> | null>({
  ...CredentialWishes,
  type: ['object', 'null'],
});

/** Answer to an enrolment secret, or to a credential that is renewed (201). */
export const CredentialAnswer = Type.Object({
  node: Id,
  /** The bearer token of this node from now on. */
  credential: Type.String({ pattern: '^[A-Za-z0-9_.~+/-]+=*$', maxLength: 2048 }),
  /** ISO 8601, on the clock of the dispatcher. */
  expires: Type.String({ maxLength: 30 }),
  /** Seconds. */
  expiresIn: Type.Integer({ minimum: 1, maximum: 1e9 }),
});

/** Credentials of a transport that no client uses: a probe that is signed with them proves who answered. */
const Probe = Type.Object({
  usernameFragment: Type.String({ minLength: 4, maxLength: 256 }),
  password: Type.String({ minLength: 22, maxLength: 256 }),
});

export const WORKER_STATES = [
  'starting',
  'up',
  /** Its process lives, but its port has not answered STUN of late. */
  'silent',
  /** Its process is dead; a new one follows on the same port after a pause. */
  'dead',
] as const;

export const WorkerReport = Type.Object({
  /** Its fixed media port, by which it is known. */
  port: Port,
  state: words(WORKER_STATES),
  pid: nullable(Type.Integer({ minimum: 1, maximum: 2 ** 31 })),
  restarts: Count,
  /** Share of one core over the last interval; 1 is a core that is full. */
  cpu: nullable(Type.Number({ minimum: 0, maximum: 1024 })),
  /** How long the worker takes to answer a request by its control channel; of a hung one, how long it has not. */
  loopDelay: nullable(Milliseconds),
  /** Since the last STUN answer by its media port. */
  lastAnswer: nullable(Seconds),
  rooms: Count,
  participants: Count,
  producers: Count,
  consumers: Count,
  /** Null while there is no process. They change whenever the worker starts anew. */
  probe: nullable(Probe),
});

export const PHASES = [
  'serving',
  /** Told to stop: opens no rooms, leaves when the last one is empty. */
  'draining',
] as const;

export const NodeStatus = Type.Object({
  phase: words(PHASES),
  /** What `GET /health` of the node answers: every worker answered STUN lately. */
  healthy: Type.Boolean(),
  uptime: Seconds,
  rooms: Count,
  participants: Count,
  producers: Count,
  consumers: Count,
  /** 99th percentile of the node process's own event loop over the last interval. */
  loopDelay: Milliseconds,
  /** Ascending by port. */
  workers: Type.Array(WorkerReport, { maxItems: MAX_WORKERS }),
});

export const RoomReport = Type.Object({
  room: Room,
  /** The worker's. */
  port: Port,
  participants: Count,
  consumers: Count,
});

const Hello = Type.Object({
  type: Type.Literal('hello'),
  protocol: Protocol,
  node: Id,
  instance: Registration.properties.instance,
  version: Version,
  /** UDP port that answers any STUN Binding while the node is healthy. */
  stunPort: nullable(Port),
  status: NodeStatus,
});

const Heartbeat = Type.Object({
  type: Type.Literal('heartbeat'),
  /** From 1 upwards on each connection. */
  seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  status: NodeStatus,
});

const Rooms = Type.Object({
  type: Type.Literal('rooms'),
  /** Forget what was reported before. */
  reset: Type.Boolean(),
  /** Opened, or with new numbers. */
  live: Type.Array(RoomReport, { maxItems: MAX_ROOMS_PER_MESSAGE }),
  closed: Type.Array(Room, { maxItems: MAX_ROOMS_PER_MESSAGE }),
});

const WorkerDied = Type.Object({
  type: Type.Literal('worker-died'),
  port: Port,
  pid: nullable(Type.Integer({ minimum: 1, maximum: 2 ** 31 })),
  reason: Type.String({ maxLength: 256 }),
  /** Rooms that were lost with it. Where there are more than fit, several messages say so in turn. */
  rooms: Type.Array(Room, { maxItems: MAX_ROOMS_PER_MESSAGE }),
  /** Until the next attempt to start it. */
  restartIn: Seconds,
});

export const LEAVE_REASONS = ['drained', 'drain-limit', 'stopped'] as const;

const Bye = Type.Object({
  type: Type.Literal('bye'),
  reason: words(LEAVE_REASONS),
  /** Live rooms that end with it. */
  rooms: Count,
});

/**
 * Why a dispatcher ends a connection, as the close code; the reason is in words. 4000 and up are an application's
 * own (RFC 6455 section 7.4.2). Whatever it is, the node registers again after a pause.
 */
export const CLOSE = {
  /** The dispatcher stops. */
  goingAway: 1001,
  /** The dispatcher met an error of its own. */
  failed: 1011,
  /** Something is renewed, such as the interval of heartbeats: come again. */
  renewed: 1012,
  /** A message that is not of this protocol, or is out of place. */
  misunderstood: 4400,
  /** The credential has expired, or was withdrawn: connect anew with the one there is now. */
  unauthorized: 4401,
  /** The topology has no such node any more. */
  unknownNode: 4404,
  /** No `hello`, or no sign of life, for too long. */
  silent: 4408,
  /** Another instance of the node is connected and alive. */
  duplicate: 4409,
  /** The same instance has connected once more. */
  replaced: 4410,
  /** The node's share of the topology is another than when it registered. */
  reassigned: 4412,
  /** More rooms, or more connections, than a node may have. */
  tooMany: 4429,
} as const;

export const NodeMessage = Type.Union([Hello, Heartbeat, Rooms, WorkerDied, Bye]);

export const Welcome = Type.Object({
  type: Type.Literal('welcome'),
  protocol: Protocol,
  /** Seconds between heartbeats. */
  heartbeatInterval: Type.Number({ minimum: 0.05, maximum: 300 }),
});

export const DispatcherMessage = Type.Union([Welcome]);

export type Registration = Type.Static<typeof Registration>;
export type Assignment = Type.Static<typeof Assignment>;
export type RegistrationAnswer = Type.Static<typeof RegistrationAnswer>;
export type CredentialRequest = Type.Static<typeof CredentialRequest>;
export type CredentialAnswer = Type.Static<typeof CredentialAnswer>;
export type WorkerReport = Type.Static<typeof WorkerReport>;
export type NodeStatus = Type.Static<typeof NodeStatus>;
export type RoomReport = Type.Static<typeof RoomReport>;
export type NodeMessage = Type.Static<typeof NodeMessage>;
export type DispatcherMessage = Type.Static<typeof DispatcherMessage>;
export type Phase = (typeof PHASES)[number];
export type LeaveReason = (typeof LEAVE_REASONS)[number];

/** The other side said something that is not of this protocol. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

const ajv = new Ajv({ discriminator: false });
// Many a program knows the protocol by name only.
const isNodeMessage = lazily(() => ajv.compile<NodeMessage>(NodeMessage));
const isDispatcherMessage = lazily(() => ajv.compile<DispatcherMessage>(DispatcherMessage));
const isRegistration = lazily(() => ajv.compile<Registration>(Registration));
const isCredentialAnswer = lazily(() => ajv.compile<CredentialAnswer>(CredentialAnswer));
const isRegistrationAnswer = lazily(() => ajv.compile<RegistrationAnswer>(RegistrationAnswer));

/** @throws ProtocolError */
export function readNodeMessage(text: string): NodeMessage {
  return check(parse(text), isNodeMessage, 'a node message');
}

/** @throws ProtocolError */
export function readDispatcherMessage(text: string): DispatcherMessage {
  return check(parse(text), isDispatcherMessage, 'a dispatcher message');
}

/** @throws ProtocolError, also for a version other than this one. */
export function readRegistration(body: unknown): Registration {
  return sameVersion(check(body, isRegistration, 'a registration'));
}

/** @throws ProtocolError, also for a version other than this one. */
export function readRegistrationAnswer(body: unknown): RegistrationAnswer {
  return sameVersion(check(body, isRegistrationAnswer, 'an answer to a registration'));
}

/** @throws ProtocolError */
export function readCredentialAnswer(body: unknown): CredentialAnswer {
  return check(body, isCredentialAnswer, 'a credential');
}

function sameVersion<T extends { protocol: number }>(value: T): T {
  if (value.protocol === PROTOCOL) return value;
  throw new ProtocolError(`protocol version ${value.protocol} is not ${PROTOCOL}`);
}

function parse(text: string): unknown {
  if (Buffer.byteLength(text) > MAX_FRAME_BYTES)
    throw new ProtocolError(`more than ${MAX_FRAME_BYTES} bytes`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError('not JSON', { cause });
  }
}

function check<T>(value: unknown, validator: () => ValidateFunction<T>, what: string): T {
  const is = validator();
  if (is(value)) return value;
  throw new ProtocolError(`not ${what}: ${ajv.errorsText(is.errors?.slice(0, 3))}`);
}
