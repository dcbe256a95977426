import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CliError, EXIT } from '../../src/cli/exit.ts';
import { readIdentity } from '../../src/cli/tls-files.ts';
import { selfSigned } from '../lab/echo-node.ts';
import { roomlb } from './roomlb.ts';

const openssl = spawnSync('openssl', ['version']).status === 0;

describe('the certificate of a media node', { skip: openssl ? false : 'openssl is not installed' }, () => {
  let folder: string;
  let good: { cert: string; key: string };
  let otherKey: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'roomlb-tls-'));
    await mkdir(path.join(folder, 'other'));
    good = await selfSigned(folder, 'sfu-1.example.net');
    otherKey = (await selfSigned(path.join(folder, 'other'), 'sfu-1.example.net')).key;
    await writeFile(path.join(folder, 'empty'), '');
    await writeFile(path.join(folder, 'text'), 'not PEM at all');
  });
  after(() => rm(folder, { recursive: true }));
  const file = (name: string) => path.join(folder, name);

  test('is read with its key; none is needed', async () => {
    assert.equal(await readIdentity({}), null);
    const identity = await readIdentity({ tlsCertificate: good.cert, tlsKey: good.key });
    assert.match(String(identity?.certificate), /BEGIN CERTIFICATE/);
    assert.match(String(identity?.key), /PRIVATE KEY/);
  });

  const rows: [what: string, options: () => [certificate?: string, key?: string], said: RegExp][] = [
    ['one without the other', () => [good.cert, undefined], /go together/],
    [
      'no such certificate',
      () => [file('none'), good.key],
      /^--tls-certificate \S+none: cannot be read: there is no such/,
    ],
    ['no such key', () => [good.cert, file('none')], /^--tls-key \S+none: cannot be read: there is no such/],
    ['a folder', () => [folder, good.key], /^--tls-certificate \S+: cannot be read: it is a folder/],
    ['an empty certificate', () => [file('empty'), good.key], /^--tls-certificate \S+empty: cannot be used/],
    ['text that is no PEM', () => [file('text'), good.key], /^--tls-certificate \S+text: cannot be used/],
    ['an empty key', () => [good.cert, file('empty')], /^--tls-key \S+empty: cannot be used/],
    [
      'the key of another certificate',
      () => [good.cert, otherKey],
      /^--tls-key \S+: cannot be used: .*mismatch/,
    ],
  ];
  for (const [what, options, said] of rows) {
    test(`${what} is bad input`, async () => {
      const [tlsCertificate, tlsKey] = options();
      await assert.rejects(
        readIdentity({
          ...(tlsCertificate !== undefined && { tlsCertificate }),
          ...(tlsKey !== undefined && { tlsKey }),
        }),
        (error) => error instanceof CliError && error.code === EXIT.badInput && said.test(error.message),
      );
    });
  }

  test('is looked at before anybody is asked, and before workers are started', async () => {
    const dispatcher = ['--dispatcher', 'http://127.0.0.1:1'];
    const files = ['--tls-certificate', file('none'), '--tls-key', good.key];
    const { code, err } = await roomlb('media-node', 'sfu-1', ...dispatcher, ...files);
    assert.equal(code, EXIT.badInput);
    assert.match(err, /none: cannot be read: there is no such file or folder/);
  });
});
