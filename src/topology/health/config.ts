/**
 * How nodes are checked: `health:` of a topology, read, with every default filled in. All durations are
 * milliseconds: probes count finer than L4 engines, for which the rest of the topology counts seconds.
 */
import type { Protocol } from '../model.ts';

export const CHECK_TYPES = ['stun', 'vip-stun', 'heartbeat', 'janus', 'http', 'tcp'] as const;
export type CheckType = (typeof CHECK_TYPES)[number];

/**
 * The most that a failing check does to its node. `down`: whatever the evidence says. `suspect`: at worst no
 * new rooms. `report`: events and metrics only.
 */
export const EFFECTS = ['down', 'suspect', 'report'] as const;
export type Effect = (typeof EFFECTS)[number];

export const TLS_CHOICES = ['off', 'verify', 'insecure'] as const;
export type TlsChoice = (typeof TLS_CHOICES)[number];

/** What rules do with a member that is down: keep it, without new connections, or take it out. */
export const DOWN_MEMBERS = ['weight-0', 'remove'] as const;
export type DownMembers = (typeof DOWN_MEMBERS)[number];

interface CheckBase {
  /** Null: `health.interval`, and for `vip-stun` at least VIP_STUN_INTERVAL. */
  readonly interval: number | null;
  /** Null: `health.timeout`. */
  readonly timeout: number | null;
  readonly effect: Effect;
}

/** Null ports: what the topology says of the node. */
export interface StunCheck extends CheckBase {
  readonly type: 'stun' | 'vip-stun';
  /** Null: `stun` asks by one, UDP where the VIP carries it; `vip-stun` by all that the VIP carries. */
  readonly transports: readonly Protocol[] | null;
}

export interface HeartbeatCheck extends CheckBase {
  readonly type: 'heartbeat';
  /** Null: 2.5 intervals, so that one lost heartbeat is none missed. */
  readonly maxAge: number | null;
}

export interface TcpCheck extends CheckBase {
  readonly type: 'tcp';
  readonly port: number | null;
}

interface HttpOptions extends CheckBase {
  readonly port: number | null;
  readonly path: string;
  readonly host: string | null;
  readonly tls: TlsChoice;
}

export interface HttpCheck extends HttpOptions {
  readonly type: 'http';
  readonly status: readonly number[];
  readonly body: string | null;
}

export interface JanusCheck extends HttpOptions {
  readonly type: 'janus';
  readonly adminPort: number;
  readonly adminPath: string;
  /** Null: the admin API is not asked. */
  readonly adminSecretFile: string | null;
}

export type Check = StunCheck | HeartbeatCheck | TcpCheck | HttpCheck | JanusCheck;

/** Flap damping, RFC 2439 in spirit; see `src/health/detector/damping.ts`. */
export interface DampingConfig {
  readonly halfLife: number;
  /** Penalty from which a node is held back. */
  readonly suppress: number;
  /** Penalty below which it comes back. */
  readonly reuse: number;
  /** Longest time that a node is held back after its last fall. */
  readonly maxSuppress: number;
}

/** When all that could be asked of nodes is asked; see `src/health/deep-plan.ts`. */
export interface DeepCheckConfig {
  /** As `readCron()` takes it. */
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** What the detector needs to know. */
export interface DetectorConfig {
  /** Answers in a row that bring a node back. */
  readonly rise: number;
  /** Timeouts in a row that make a node down; the first makes it suspect. */
  readonly fall: number;
  /** Null: off. */
  readonly damping: DampingConfig | null;
  /** Share of nodes (0–1) beyond which those that fall silent at once are not believed; null: off. */
  readonly panicThreshold: number | null;
  /** "At once": falls that lie no further back than this. At least three intervals. */
  readonly panicWindow: number;
  /** How long few enough must be silent for panic to end: an interval more than it takes to answer `rise` times. */
  readonly panicSettle: number;
  /** Time over which a node that was down gets its weight back; 0: at once. */
  readonly slowStart: number;
}

export interface HealthConfig extends DetectorConfig {
  readonly enabled: boolean;
  readonly interval: number;
  readonly timeout: number;
  /** Null: DEFAULT_CHECKS, each where it makes sense. */
  readonly checks: readonly Check[] | null;
  readonly downMembers: DownMembers;
  /** Null: never. */
  readonly deepCheck: DeepCheckConfig | null;
  /** Probes under way at once. */
  readonly concurrency: number;
}

/** A path through the VIP breaks when somebody changes a switch, seldom: asked less often than a worker. */
export const VIP_STUN_INTERVAL = 10_000;
/** Of Janus's HTTP transport: `janus.transport.http.jcfg`. */
export const JANUS_PORT = 8088;
export const JANUS_ADMIN_PORT = 7088;

const common = { interval: null, timeout: null, effect: 'down' } as const;
const http = { port: null, path: '/health', host: null, tls: 'off' } as const;

/** Each type with its defaults. */
export const CHECK_DEFAULTS = {
  stun: { ...common, type: 'stun', transports: null },
  // The node may be well, and its flows going on: no reason to move its rooms.
  'vip-stun': { ...common, type: 'vip-stun', effect: 'suspect', transports: null },
  heartbeat: { ...common, type: 'heartbeat', maxAge: null },
  janus: {
    ...common,
    ...http,
    type: 'janus',
    path: '/janus',
    adminPort: JANUS_ADMIN_PORT,
    adminPath: '/admin',
    adminSecretFile: null,
  },
  http: { ...common, ...http, type: 'http', status: [], body: null },
  tcp: { ...common, type: 'tcp', port: null },
} as const satisfies { [T in CheckType]: Check & { type: T } };

/**
 * Where the topology names no checks. mediasoup: `stun`, `vip-stun`, `heartbeat`. janus: `janus`, `heartbeat`.
 * Both: `http` where the node has a `healthPort`, otherwise `tcp` to its signalling port, as L4 monitors do.
 * (`stun` and `heartbeat` say nothing of a node that has never told its credentials or sent a heartbeat.)
 */
export const DEFAULT_CHECKS: readonly Check[] = CHECK_TYPES.map((type) => CHECK_DEFAULTS[type]);

export const DEFAULT_DAMPING: DampingConfig = {
  halfLife: 60_000,
  suppress: 2500,
  reuse: 1000,
  maxSuppress: 600_000,
};

export const DEFAULT_HEALTH: HealthConfig = {
  enabled: true,
  interval: 2000,
  timeout: 1000,
  rise: 2,
  fall: 3,
  checks: null,
  damping: DEFAULT_DAMPING,
  panicThreshold: 0.5,
  panicWindow: 60_000,
  panicSettle: 6000,
  slowStart: 30_000,
  downMembers: 'weight-0',
  deepCheck: null,
  concurrency: 1024,
};
