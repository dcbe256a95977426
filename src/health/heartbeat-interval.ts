import { DEFAULT_CHECKS, type HealthConfig, type HeartbeatCheck } from '../topology/health/config.ts';

/** Seconds, as the protocol bounds them. */
const LEAST = 0.05;
const MOST = 300;
/** Heartbeats that fit into the age at which one is missed, so that one lost is none missed. */
const PER_MAX_AGE = 2.5;

/** Seconds between two heartbeats of a node: what the shortest of the checks of heartbeats asks for. */
export function heartbeatInterval(config: HealthConfig): number {
  const checks = (config.checks ?? DEFAULT_CHECKS).filter((check) => check.type === 'heartbeat');
  const shortest = Math.min(...checks.map((check) => intervalOf(check, config)), config.interval);
  return Math.min(MOST, Math.max(LEAST, shortest / 1000));
}

function intervalOf({ interval, maxAge }: HeartbeatCheck, config: HealthConfig): number {
  return Math.min(interval ?? config.interval, (maxAge ?? Infinity) / PER_MAX_AGE);
}
