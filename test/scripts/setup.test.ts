import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { installed } from '../../scripts/setup.mjs';

const fastify = { version: '5.0.0', integrity: 'sha512-a' };
const darwin = { version: '1.0.0', integrity: 'sha512-b', optional: true };
const lock = { '': { version: '0.1.0' }, 'node_modules/fastify': fastify, 'node_modules/darwin': darwin };

describe('npm packages are there', () => {
  const cases: readonly [what: string, found: Parameters<typeof installed>[1], there: boolean][] = [
    ['all of them', { 'node_modules/fastify': fastify, 'node_modules/darwin': darwin }, true],
    ['all but those for other platforms', { 'node_modules/fastify': fastify }, true],
    ['others beside them', { 'node_modules/fastify': fastify, 'node_modules/mine': fastify }, true],
    ['one is missing', { 'node_modules/darwin': darwin }, false],
    ['another version', { 'node_modules/fastify': { ...fastify, version: '4.0.0' } }, false],
    ['other contents', { 'node_modules/fastify': { ...fastify, integrity: 'sha512-c' } }, false],
    ['nothing is installed', {}, false],
  ];
  for (const [what, found, there] of cases) {
    test(`${what}: ${there ? 'nothing to do' : 'npm ci'}`, () => assert.equal(installed(lock, found), there));
  }

  test('what npm wrote here is understood', () => {
    const read = (file: string) =>
      (JSON.parse(readFileSync(file, 'utf8')) as { packages: Parameters<typeof installed>[0] }).packages;
    assert.equal(installed(read('package-lock.json'), read('node_modules/.package-lock.json')), true);
  });
});
