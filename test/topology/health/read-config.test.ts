import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ajv } from 'ajv';
import {
  CHECK_DEFAULTS,
  CHECK_TYPES,
  DEFAULT_CHECKS,
  DEFAULT_HEALTH,
} from '../../../src/topology/health/config.ts';
import { readHealth } from '../../../src/topology/health/read-config.ts';
import { HealthSchema, type HealthDocument } from '../../../src/topology/health/schema.ts';
import { formatPath, Problems } from '../../../src/topology/problems.ts';

const fits = new Ajv({ allErrors: true }).compile<HealthDocument>(HealthSchema);

function read(document: unknown) {
  assert.ok(fits(document), JSON.stringify(fits.errors));
  const problems = new Problems();
  const config = readHealth(document, ['health'], problems);
  return { config, faults: problems.list.map(({ path, message }) => `${formatPath(path)} ${message}`) };
}

describe('health: of a topology', () => {
  test('nothing said: the defaults', () => {
    assert.deepEqual(read({}), { config: DEFAULT_HEALTH, faults: [] });
  });

  test('times, counts and switches', () => {
    const { config, faults } = read({
      enabled: false,
      interval: '500ms',
      timeout: '200ms',
      rise: 3,
      fall: 4,
      damping: { halfLife: '2m', suppress: 4000 },
      panicThreshold: 0.7,
      slowStart: '1m',
      concurrency: 10,
    });
    assert.deepEqual(faults, []);
    assert.deepEqual(config, {
      ...DEFAULT_HEALTH,
      enabled: false,
      interval: 500,
      timeout: 200,
      rise: 3,
      fall: 4,
      damping: { halfLife: 120_000, suppress: 4000, reuse: 1000, maxSuppress: 600_000 },
      panicThreshold: 0.7,
      panicSettle: 2000,
      slowStart: 60_000,
      concurrency: 10,
    });
  });

  for (const off of ['off', false]) {
    test(`${JSON.stringify(off)} switches off`, () => {
      const { config } = read({ damping: off, panicThreshold: off, slowStart: off, deepCheck: off });
      const { damping, panicThreshold, slowStart, deepCheck } = config;
      assert.deepEqual([damping, panicThreshold, slowStart, deepCheck], [null, null, 0, null]);
    });
  }

  test('the window of panic grows with the interval', () => {
    assert.equal(read({ interval: '1m', timeout: '1s' }).config.panicWindow, 180_000);
  });

  test('checks by name are those with their defaults', () => {
    assert.deepEqual(read({ checks: [...CHECK_TYPES] }).config.checks, DEFAULT_CHECKS);
  });

  test('a check with options', () => {
    const { config, faults } = read({
      checks: [
        { type: 'stun', transports: ['tcp'], interval: '5s', timeout: '2s', effect: 'report' },
        {
          type: 'http',
          port: 9100,
          path: '/up',
          host: 'a.example',
          tls: 'verify',
          status: [200],
          body: 'ok',
        },
        { type: 'janus', tls: false, adminSecretFile: '/etc/janus.secret' },
        { type: 'heartbeat', maxAge: '9s' },
        { type: 'tcp', port: 22 },
      ],
    });
    assert.deepEqual(faults, []);
    assert.deepEqual(config.checks, [
      { type: 'stun', transports: ['tcp'], interval: 5000, timeout: 2000, effect: 'report' },
      {
        ...CHECK_DEFAULTS.http,
        port: 9100,
        path: '/up',
        host: 'a.example',
        tls: 'verify',
        status: [200],
        body: 'ok',
      },
      { ...CHECK_DEFAULTS.janus, adminSecretFile: '/etc/janus.secret' },
      { ...CHECK_DEFAULTS.heartbeat, maxAge: 9000 },
      { ...CHECK_DEFAULTS.tcp, port: 22 },
    ]);
  });

  test('deep checks at times of a zone, UTC where none is named', () => {
    const { config, faults } = read({ deepCheck: { cron: '0 4 * * *', timeZone: 'Asia/Seoul' } });
    assert.deepEqual(faults, []);
    assert.deepEqual(config.deepCheck, { cron: '0 4 * * *', timeZone: 'Asia/Seoul' });
    assert.equal(read({ deepCheck: { cron: '@daily' } }).config.deepCheck?.timeZone, 'UTC');
  });

  test('a check that is asked more often than the timeout waits no longer than its interval', () => {
    const { config } = read({ checks: [{ type: 'tcp', interval: '500ms' }] });
    assert.equal(config.checks?.[0]?.timeout, 500);
  });

  for (const [what, document, fault] of [
    ['an interval too short', { interval: '50ms' }, 'health.interval must be 100ms to 1h, found 50ms'],
    [
      'a timeout beyond the interval',
      { interval: '1s', timeout: '2s' },
      'health.timeout must be 10ms to 1s, found 2s',
    ],
    [
      'reuse not below suppress',
      { damping: { reuse: 2500 } },
      'health.damping.reuse must be less than suppress (2500)',
    ],
    [
      'a half-life too short',
      { damping: { halfLife: '10ms' } },
      'health.damping.halfLife must be 1s to 1h, found 10ms',
    ],
    [
      'an option of another check',
      { checks: ['stun', { type: 'tcp', path: '/' }] },
      'health.checks[1].path is no option of tcp',
    ],
    [
      'an hour that no clock shows',
      { deepCheck: { cron: '0 25 * * *' } },
      'health.deepCheck.cron is no cron expression: hour "25": 25 is a invalid expression for hour',
    ],
    [
      'an expression with seconds',
      { deepCheck: { cron: '0 0 4 * * *' } },
      'health.deepCheck.cron is no cron expression: has 6 fields, not five: minute hour day month weekday',
    ],
    [
      'a day that never comes',
      { deepCheck: { cron: '0 4 31 * 5#1' } },
      'health.deepCheck.cron never happens',
    ],
    [
      'a time zone that there is not',
      { deepCheck: { cron: '0 4 * * *', timeZone: 'Mars/Base' } },
      'health.deepCheck.timeZone there is no time zone "Mars/Base"',
    ],
    [
      'a timeout beyond the interval of the check',
      { checks: [{ type: 'tcp', interval: '1s', timeout: '5s' }] },
      'health.checks[0].timeout must be 10ms to 1s, found 5s',
    ],
  ] as const) {
    test(`${what} is reported at its place`, () => {
      assert.deepEqual(read(document).faults, [fault]);
    });
  }

  test('what the schema refuses: unknown keys, unknown checks, nothing to check', () => {
    for (const document of [
      { intervall: '1s' },
      { checks: ['ping'] },
      { checks: [] },
      { checks: [{ path: '/' }] },
      { deepCheck: '0 4 * * *' },
      { deepCheck: { timeZone: 'UTC' } },
    ]) {
      assert.equal(fits(document), false, JSON.stringify(document));
    }
  });
});
