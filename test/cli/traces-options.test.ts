/** Whether serve traces, and where to. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CliError, EXIT } from '../../src/cli/exit.ts';
import { collectorOf } from '../../src/cli/traces-options.ts';

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const TRACES_ENDPOINT = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';

type Env = Readonly<Record<string, string>>;

describe('collectorOf', () => {
  const cases: readonly [string, string | undefined, Env, string | undefined][] = [
    ['nothing', undefined, {}, undefined],
    ['empty is none', undefined, { [ENDPOINT]: ' ' }, undefined],
    ['a base', undefined, { [ENDPOINT]: 'http://c:4318' }, 'http://c:4318/v1/traces'],
    ['a base with a path', undefined, { [ENDPOINT]: 'http://c/otlp/' }, 'http://c/otlp/v1/traces'],
    ['as it is', undefined, { [ENDPOINT]: 'http://c', [TRACES_ENDPOINT]: 'https://d/x' }, 'https://d/x'],
    ['as it is, without a path', undefined, { [TRACES_ENDPOINT]: 'http://d' }, 'http://d/'],
    ['the option', 'http://127.0.0.1:4318', {}, 'http://127.0.0.1:4318/v1/traces'],
    ['the option, with a path', 'http://[::1]:4318/in', {}, 'http://[::1]:4318/in'],
    ['the option first', 'http://a', { [ENDPOINT]: 'http://c' }, 'http://a/v1/traces'],
    ['disabled', 'http://a', { OTEL_SDK_DISABLED: 'TRUE' }, undefined],
    ['not disabled', 'http://a', { OTEL_SDK_DISABLED: 'yes' }, 'http://a/v1/traces'],
    ['no exporter', undefined, { [ENDPOINT]: 'http://c', OTEL_TRACES_EXPORTER: 'none' }, undefined],
    ['for others', undefined, { OTEL_TRACES_SAMPLER: 'x', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, undefined],
    [
      'its own protocol',
      'http://a',
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' },
      'http://a/v1/traces',
    ],
  ];
  for (const [name, traces, env, url] of cases)
    test(name, () => assert.equal(collectorOf({ ...(traces !== undefined && { traces }) }, env)?.url, url));

  test('names a collector without what follows its path, where somebody may have put a key', () => {
    const collector = collectorOf({}, { [TRACES_ENDPOINT]: 'https://c/v1/traces?api-key=sesame#x' });
    assert.deepEqual(collector, {
      url: 'https://c/v1/traces?api-key=sesame',
      place: 'https://c/v1/traces',
    });
  });

  const at = { [ENDPOINT]: 'http://c' };
  const refused: readonly [string | undefined, Env, RegExp][] = [
    ['127.0.0.1:4318', {}, /^--traces: write http:\/\/HOST:PORT/],
    ['ftp://sesame', {}, /^--traces: write http:/],
    ['http://u:sesame@c', {}, /^--traces: must have no user and password.*OTEL_EXPORTER_OTLP_HEADERS=/],
    ['http://c/?key=sesame', {}, /^--traces: takes no query.*OTEL_EXPORTER_OTLP_HEADERS/],
    [undefined, { [ENDPOINT]: 'http://sesame@c' }, /^OTEL_EXPORTER_OTLP_ENDPOINT: must have no user/],
    [undefined, { [TRACES_ENDPOINT]: 'sesame' }, /^OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: write http/],
    [undefined, { ...at, OTEL_TRACES_EXPORTER: 'console' }, /^OTEL_TRACES_EXPORTER: takes otlp or none/],
    [
      undefined,
      { ...at, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      /^OTEL_EXPORTER_OTLP_PROTOCOL: .*http\/protobuf/,
    ],
    [undefined, { ...at, OTEL_TRACES_SAMPLER: 'sometimes' }, /^OTEL_TRACES_SAMPLER: takes always_on, /],
    [undefined, { ...at, OTEL_TRACES_SAMPLER: 'traceidratio' }, /^OTEL_TRACES_SAMPLER_ARG: .* 0 to 1/],
    [
      undefined,
      { ...at, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '1.5' },
      /^OTEL_TRACES_SAMPLER_ARG: parentbased_traceidratio needs a share/,
    ],
  ];
  for (const [traces, env, message] of refused)
    test(`refuses ${traces ?? JSON.stringify(env)}, and repeats no secret`, () => {
      assert.throws(
        () => collectorOf({ ...(traces !== undefined && { traces }) }, env),
        (error) =>
          error instanceof CliError &&
          error.code === EXIT.badInput &&
          message.test(error.message) &&
          !error.message.includes('sesame'),
      );
    });
});
