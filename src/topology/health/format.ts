import { formatMs } from '../read-milliseconds.ts';
import type { Check, DampingConfig, HealthConfig } from './config.ts';
import type { CheckDocument, HealthDocument } from './schema.ts';

/** Every default is written out; reading what is written here gives an equal configuration. */
export function toHealthDocument(config: HealthConfig): HealthDocument {
  const { enabled, interval, timeout, rise, fall, checks, damping, panicThreshold, slowStart } = config;
  return {
    enabled,
    interval: formatMs(interval),
    timeout: formatMs(timeout),
    rise,
    fall,
    ...(checks && { checks: checks.map(toCheck) }),
    damping: damping ? toDamping(damping) : 'off',
    panicThreshold: panicThreshold ?? 'off',
    slowStart: slowStart === 0 ? 'off' : formatMs(slowStart),
    downMembers: config.downMembers,
    deepCheck: config.deepCheck ? { ...config.deepCheck } : 'off',
    concurrency: config.concurrency,
  };
}

function toDamping({ halfLife, suppress, reuse, maxSuppress }: DampingConfig) {
  return { halfLife: formatMs(halfLife), suppress, reuse, maxSuppress: formatMs(maxSuppress) };
}

function toCheck(check: Check): CheckDocument {
  const { type, interval, timeout, effect } = check;
  return {
    type,
    ...(interval !== null && { interval: formatMs(interval) }),
    ...(timeout !== null && { timeout: formatMs(timeout) }),
    effect,
    ...optionsOf(check),
  };
}

function optionsOf(check: Check): Partial<CheckDocument> {
  switch (check.type) {
    case 'stun':
    case 'vip-stun':
      return check.transports ? { transports: [...check.transports] } : {};
    case 'heartbeat':
      return check.maxAge === null ? {} : { maxAge: formatMs(check.maxAge) };
    case 'tcp':
      return check.port === null ? {} : { port: check.port };
    case 'http': {
      const { status, body } = check;
      return {
        ...toHttp(check),
        ...(status.length > 0 && { status: [...status] }),
        ...(body !== null && { body }),
      };
    }
    case 'janus': {
      const { adminPort, adminPath, adminSecretFile } = check;
      return { ...toHttp(check), adminPort, adminPath, ...(adminSecretFile !== null && { adminSecretFile }) };
    }
  }
}

function toHttp({ port, path, host, tls }: Extract<Check, { type: 'http' | 'janus' }>) {
  return { ...(port !== null && { port }), path, ...(host !== null && { host }), tls };
}
