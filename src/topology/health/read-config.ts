/** From `health:` of the right shape to its configuration. Reports what contradicts itself; never drops anything. */
import { refuseOptions } from '../options.ts';
import type { Path, Problems } from '../problems.ts';
import { durationReader, type ReadMs } from '../read-milliseconds.ts';
import { DEFAULT_TIME_ZONE, readTimes, readTimeZone } from '../read-times.ts';
import type { Partly } from '../shape.ts';
import {
  CHECK_DEFAULTS,
  DEFAULT_DAMPING,
  DEFAULT_HEALTH,
  type Check,
  type CheckType,
  type DampingConfig,
  type DeepCheckConfig,
  type HealthConfig,
} from './config.ts';
import { CheckSchema, type CheckDocument, type HealthDocument } from './schema.ts';

const SECOND = 1000;
const HOUR = 3_600_000;
export const MIN_INTERVAL = 100;
export const MIN_TIMEOUT = 10;

/** Options that each type takes beside `type`, `interval`, `timeout` and `effect`. */
const HTTP_OPTIONS = ['port', 'path', 'host', 'tls'] as const;
const OPTIONS: Readonly<Record<CheckType, readonly (keyof CheckDocument)[]>> = {
  stun: ['transports'],
  'vip-stun': ['transports'],
  heartbeat: ['maxAge'],
  tcp: ['port'],
  http: [...HTTP_OPTIONS, 'status', 'body'],
  janus: [...HTTP_OPTIONS, 'adminPort', 'adminPath', 'adminSecretFile'],
};
const COMMON: readonly (keyof CheckDocument)[] = ['type', 'interval', 'timeout', 'effect'];

/** Faults are told to `problems` at their place below `path`; the value is then a stand-in. */
export function readHealth(raw: Partly<HealthDocument>, path: Path, problems: Problems): HealthConfig {
  const read = durationReader(problems);
  const defaults = DEFAULT_HEALTH;
  const interval = read(raw.interval, [MIN_INTERVAL, HOUR], [...path, 'interval']) ?? defaults.interval;
  const timeout =
    read(raw.timeout, [MIN_TIMEOUT, interval], [...path, 'timeout']) ?? Math.min(defaults.timeout, interval);
  const rise = raw.rise ?? defaults.rise;
  return {
    enabled: raw.enabled ?? defaults.enabled,
    interval,
    timeout,
    rise,
    fall: raw.fall ?? defaults.fall,
    checks: raw.checks ? readChecks(raw.checks, { interval, timeout }, [...path, 'checks'], problems) : null,
    damping: readDamping(raw.damping, [...path, 'damping'], problems),
    panicThreshold: offable(raw.panicThreshold, defaults.panicThreshold, null),
    panicWindow: Math.max(defaults.panicWindow, 3 * interval),
    panicSettle: (rise + 1) * interval,
    slowStart: readSlowStart(raw.slowStart, [...path, 'slowStart'], read),
    downMembers: raw.downMembers ?? defaults.downMembers,
    deepCheck: readDeepCheck(raw.deepCheck, [...path, 'deepCheck'], problems),
    concurrency: raw.concurrency ?? defaults.concurrency,
  };
}

/** `off` and false are the same: YAML 1.1 makes one of the other. */
function offable<T>(value: T | 'off' | false | undefined, fallback: T | null, off: null): T | null {
  if (value === undefined) return fallback;
  return value === 'off' || value === false ? off : value;
}

function readSlowStart(raw: string | false | undefined, path: Path, read: ReadMs): number {
  if (raw === 'off' || raw === false) return 0;
  return read(raw, [SECOND, HOUR], path) ?? DEFAULT_HEALTH.slowStart;
}

function readDeepCheck(
  raw: Partly<HealthDocument>['deepCheck'],
  path: Path,
  problems: Problems,
): DeepCheckConfig | null {
  if (raw === undefined || raw === 'off' || raw === false) return DEFAULT_HEALTH.deepCheck;
  const { cron = '', timeZone = DEFAULT_TIME_ZONE } = raw;
  if (raw.cron !== undefined) readTimes(cron, [...path, 'cron'], problems);
  return { cron, timeZone: readTimeZone(timeZone, [...path, 'timeZone'], problems) };
}

function readDamping(
  raw: Partly<HealthDocument>['damping'],
  path: Path,
  problems: Problems,
): DampingConfig | null {
  if (raw === 'off' || raw === false) return null;
  if (raw === undefined) return DEFAULT_DAMPING;
  const read = durationReader(problems);
  const suppress = raw.suppress ?? DEFAULT_DAMPING.suppress;
  const reuse = raw.reuse ?? Math.min(DEFAULT_DAMPING.reuse, suppress - 1);
  if (reuse >= suppress) {
    problems.fault([...path, 'reuse'], `must be less than suppress (${suppress})`, `write ${suppress >> 1}`);
  }
  return {
    halfLife: read(raw.halfLife, [SECOND, HOUR], [...path, 'halfLife']) ?? DEFAULT_DAMPING.halfLife,
    suppress,
    reuse,
    maxSuppress:
      read(raw.maxSuppress, [SECOND, 24 * HOUR], [...path, 'maxSuppress']) ?? DEFAULT_DAMPING.maxSuppress,
  };
}

function readChecks(
  raw: readonly (Partly<CheckDocument> | CheckType | undefined)[],
  times: { interval: number; timeout: number },
  path: Path,
  problems: Problems,
): Check[] {
  return raw.flatMap((check, index) => {
    if (check === undefined) return [];
    if (typeof check === 'string') return [CHECK_DEFAULTS[check]];
    return check.type === undefined ? [] : [readCheck(check, check.type, times, [...path, index], problems)];
  });
}

function readCheck(
  raw: Partly<CheckDocument>,
  type: CheckType,
  times: { interval: number; timeout: number },
  path: Path,
  problems: Problems,
): Check {
  const takes = [...COMMON, ...OPTIONS[type]];
  refuseOptions(raw, { kind: type, takes, properties: CheckSchema.properties }, path, problems);
  const read = durationReader(problems);
  const interval = read(raw.interval, [MIN_INTERVAL, 24 * HOUR], [...path, 'interval']) ?? null;
  const longest = interval ?? times.interval;
  const timeout =
    read(raw.timeout, [MIN_TIMEOUT, longest], [...path, 'timeout']) ??
    (times.timeout > longest ? longest : null);
  const maxAge = read(raw.maxAge, [MIN_INTERVAL, HOUR], [...path, 'maxAge']) ?? null;
  const shared = { interval, timeout, effect: raw.effect ?? CHECK_DEFAULTS[type].effect };

  switch (type) {
    case 'stun':
    case 'vip-stun':
      return { ...shared, type, transports: listOf(raw.transports) };
    case 'heartbeat':
      return { ...shared, type, maxAge };
    case 'tcp':
      return { ...shared, type, port: raw.port ?? null };
    case 'http':
      return {
        ...shared,
        ...readHttp(raw, type),
        type,
        status: listOf(raw.status) ?? [],
        body: raw.body ?? null,
      };
    case 'janus':
      return {
        ...shared,
        ...readHttp(raw, type),
        type,
        adminPort: raw.adminPort ?? CHECK_DEFAULTS.janus.adminPort,
        adminPath: raw.adminPath ?? CHECK_DEFAULTS.janus.adminPath,
        adminSecretFile: raw.adminSecretFile ?? null,
      };
  }
}

function readHttp(raw: Partly<CheckDocument>, type: 'http' | 'janus') {
  return {
    port: raw.port ?? null,
    path: raw.path ?? CHECK_DEFAULTS[type].path,
    host: raw.host ?? null,
    tls: raw.tls === undefined || raw.tls === false ? ('off' as const) : raw.tls,
  };
}

function listOf<T>(list: readonly (T | undefined)[] | undefined): T[] | null {
  return list ? list.filter((item) => item !== undefined) : null;
}
