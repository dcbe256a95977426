import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { CONFIGURATION, readConfiguration } from '../../../src/terraform-provider/client/configuration.ts';
import { DiagnosticError } from '../../../src/terraform-provider/plugin/diagnostics.ts';
import { complete } from '../../../src/terraform-provider/plugin/tree.ts';
import { UNKNOWN, type ObjectValue } from '../../../src/terraform-provider/plugin/values.ts';
import { provider } from '../../../src/terraform-provider/roomlb.ts';

const folder = mkdtempSync(join(tmpdir(), 'roomlb-provider-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

function read(config: ObjectValue, environment: Record<string, string> = {}) {
  const warnings: string[] = [];
  const context = { warn: ({ detail }: { detail: string }) => warnings.push(detail) };
  return { ...readConfiguration(complete(CONFIGURATION, config), environment, context), warnings };
}

const ENDPOINT = { endpoint: 'https://rooms.example.net' };

describe('the provider block', () => {
  test('says what the environment says where it says nothing', () => {
    const environment = {
      ROOMLB_ENDPOINT: 'https://a.example.net, https://b.example.net',
      ROOMLB_TOKEN: 'abc',
      ROOMLB_ALLOW_EMPTY_POOLS: '1',
    };
    const { endpoints, token, guard, timeout, maxRetries } = read({}, environment);
    assert.deepEqual(endpoints, ['https://a.example.net', 'https://b.example.net']);
    assert.equal(token(), 'abc');
    assert.deepEqual(guard, { maxRemovedPercent: 50, allowEmptyPools: true });
    assert.deepEqual([timeout, maxRetries], [10_000, 4]);
    const block = read(
      {
        endpoints: ['http://127.0.0.1:8080'],
        token: 'def',
        allow_empty_pools: false,
        max_removed_percent: 10,
        request_timeout: '2s',
        max_retries: 0,
      },
      environment,
    );
    assert.deepEqual(block.endpoints, ['http://127.0.0.1:8080']);
    assert.equal(block.token(), 'def');
    assert.deepEqual(block.guard, { maxRemovedPercent: 10, allowEmptyPools: false });
    assert.deepEqual([block.timeout, block.maxRetries], [2000, 0]);
    assert.equal(read(ENDPOINT).token(), undefined);
    assert.equal(read(ENDPOINT, { ROOMLB_ALLOW_EMPTY_POOLS: '0' }).guard.allowEmptyPools, false);
  });

  test('names a file whose token is read anew', () => {
    const path = file('token', 'first\n');
    const { token } = read({ ...ENDPOINT, token_file: path }, { ROOMLB_TOKEN: 'other' });
    assert.equal(token(), 'first');
    file('token', 'second\nnot this\n');
    assert.equal(token(), 'second');
  });

  test('warns of a token that others can read on its way', () => {
    assert.match(read({ endpoint: 'http://rooms.example.net', token: 'abc' }).warnings.join(), /use https/);
    assert.deepEqual(read({ endpoint: 'http://127.0.0.1:8080', token: 'abc' }).warnings, []);
    assert.deepEqual(read({ endpoint: 'http://rooms.example.net' }).warnings, []);
  });

  const refused: readonly [what: string, ObjectValue, at: string | undefined, RegExp][] = [
    ['no dispatcher', {}, undefined, /ROOMLB_ENDPOINT/],
    ['a URL with a password', { endpoint: 'https://u:hush@h' }, 'endpoint', /without user/],
    ['another scheme', { endpoints: ['https://h', 'ftp://h'] }, 'endpoints.1', /http or https/],
    ['both ways to name dispatchers', { ...ENDPOINT, endpoints: ['https://h'] }, 'endpoints', /not both/],
    ['two tokens', { ...ENDPOINT, token: 'a', token_file: 'b' }, 'token_file', /not both/],
    ['a token that is none', { ...ENDPOINT, token: 'hush hush' }, 'token', /no token has/],
    ['a token file that is not there', { ...ENDPOINT, token_file: '/nowhere' }, 'token_file', /first line/],
    ['an authority that is none', { ...ENDPOINT, ca_pem: 'x' }, 'ca_pem', /no certificate/],
    ['a file that is not there', { ...ENDPOINT, ca_file: '/nowhere' }, 'ca_file', /ENOENT/],
    [
      'a certificate without its key',
      { ...ENDPOINT, client_certificate_pem: 'x' },
      'client_certificate_pem',
      /client_key_file/,
    ],
  ];
  for (const [what, config, at, expected] of refused) {
    test(`refuses ${what}, and repeats no secret`, () => {
      assert.throws(
        () => read(config),
        (error: unknown) => {
          assert.ok(error instanceof DiagnosticError);
          assert.match(error.message, expected);
          assert.doesNotMatch(error.message, /hush/);
          assert.equal(error.diagnostics[0]?.path?.join('.'), at);
          return true;
        },
      );
    });
  }

  test('of which something is not yet known makes no client', async () => {
    const context = { warn: () => undefined, stopped: new AbortController().signal };
    const config = complete(CONFIGURATION, { endpoint: UNKNOWN });
    assert.equal(await provider.configure(config, context), null);
  });
});
