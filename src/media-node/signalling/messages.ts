/**
 * Signalling, version 1: JSON over a WebSocket on `/n/<node>/`. The client asks `{id, method, data}` and gets
 * `{id, data}` or `{id, error: {code, message, …}}`, in order. The node tells `{event, data}` in between.
 *
 * | event | data |
 * |---|---|
 * | `participant` / `participant-left` | `participant` |
 * | `producer` | `producer`, `participant`, `kind`: something new to consume |
 * | `producer-closed` | `producer` |
 * | `elsewhere` | `node`, `urls`: the client is on the wrong node; the connection closes with 4421 |
 * | `room-closed` | `reason`; the connection closes with 4410 |
 */
import { Ajv, type ValidateFunction } from 'ajv';
import Type from 'typebox';

/** Largest message, either way. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

const Name = Type.String({ minLength: 1, maxLength: 256 });
const ObjectId = Type.String({ minLength: 1, maxLength: 64 });
/** For mediasoup, which checks what is in it. */
const Opaque = Type.Unsafe<Record<string, unknown>>({ type: 'object' });

/** What each method wants as its data. */
export const METHODS = {
  /** Enters a room → `participant`, `rtpCapabilities` of the router, `producers` that are there. */
  join: Type.Object({ room: Name }),
  /** → `transport`, `iceParameters`, `iceCandidates`, `dtlsParameters`. */
  'create-transport': Type.Object({}),
  /** The client's side of DTLS → nothing. */
  'connect-transport': Type.Object({ transport: ObjectId, dtlsParameters: Opaque }),
  /** Sends media → `producer`. */
  produce: Type.Object({
    transport: ObjectId,
    kind: Type.Unsafe<'audio' | 'video'>({ type: 'string', enum: ['audio', 'video'] }),
    rtpParameters: Opaque,
  }),
  /** Receives another's media, paused at first → `consumer`, `producer`, `kind`, `rtpParameters`. */
  consume: Type.Object({ transport: ObjectId, producer: ObjectId, rtpCapabilities: Opaque }),
  /** Starts the flow of a consumer → nothing. */
  resume: Type.Object({ consumer: ObjectId }),
  'close-producer': Type.Object({ producer: ObjectId }),
  'close-consumer': Type.Object({ consumer: ObjectId }),
} as const;

export type Method = keyof typeof METHODS;
export type MethodData<M extends Method> = Type.Static<(typeof METHODS)[M]>;

export type ErrorCode =
  | 'bad-request'
  | 'not-joined'
  | 'already-joined'
  | 'unknown-object'
  | 'limit'
  | 'draining'
  | 'unavailable'
  | 'elsewhere'
  | 'refused';

/** Becomes the `error` of an answer. */
export class SignallingError extends Error {
  override readonly name = 'SignallingError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    /** Further members of the error. */
    readonly members: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface Request {
  readonly id: number;
  readonly method: string;
  readonly data?: unknown;
}

const ajv = new Ajv();
const isRequest = ajv.compile<Request>(
  Type.Object({
    id: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    method: Type.String({ maxLength: 64 }),
    data: Type.Optional(Type.Unknown()),
  }),
);
const checks = new Map<string, ValidateFunction>(
  Object.entries(METHODS).map(([method, schema]) => [method, ajv.compile(schema)]),
);

/** Undefined for what is no request at all, and so has no id to answer to. */
export function readRequest(text: string): Request | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRequest(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isMethod(method: string): method is Method {
  return checks.has(method);
}

/** @throws SignallingError */
export function readData<M extends Method>(method: M, data: unknown): MethodData<M> {
  const check = checks.get(method) as ValidateFunction<MethodData<M>> | undefined;
  const value = data ?? {};
  if (check?.(value)) return value;
  throw new SignallingError('bad-request', `${method}: ${ajv.errorsText(check?.errors?.slice(0, 3))}`);
}
