import assert from 'node:assert/strict';
import { chmod, lstat, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import {
  readConfigFile,
  removeConfigFile,
  replaceConfigFile,
} from '../../../src/targets/driving/config-file.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'roomlb-config-file-'));
  file = path.join(folder, 'x.cfg');
});
afterEach(() => rm(folder, { recursive: true }));

test('a file that is not there reads as null, and is made with permissions for everybody to read', async () => {
  assert.equal(await readConfigFile(file), null);
  await replaceConfigFile(file, 'new\n');
  assert.equal(await readConfigFile(file), 'new\n');
  assert.equal((await stat(file)).mode & 0o777, 0o644);
  assert.deepEqual(await readdir(folder), ['x.cfg']);
});

test('a replaced file keeps its permissions, and a symbolic link stays one', async () => {
  await writeFile(file, 'old\n');
  await chmod(file, 0o640);
  const link = path.join(folder, 'link.cfg');
  await symlink(file, link);
  await replaceConfigFile(link, 'new\n');
  assert.ok((await lstat(link)).isSymbolicLink());
  assert.equal(await readFile(file, 'utf8'), 'new\n');
  assert.equal((await stat(file)).mode & 0o777, 0o640);
});

test('what the check refuses changes nothing, and leaves nothing', async () => {
  await writeFile(file, 'old\n');
  let seen = '';
  const check = async (candidate: string) => {
    seen = await readFile(candidate, 'utf8');
    throw new Error('no');
  };
  await assert.rejects(replaceConfigFile(file, 'new\n', check), { kind: 'unreachable', message: /no$/ });
  assert.equal(seen, 'new\n');
  assert.equal(await readFile(file, 'utf8'), 'old\n');
  assert.deepEqual(await readdir(folder), ['x.cfg']);
});

test('what a killed process left behind is in nobody’s way', async () => {
  await symlink('/nonexistent/elsewhere', path.join(folder, '.x.cfg.roomlb-new'));
  await replaceConfigFile(file, 'new\n');
  assert.deepEqual(await readdir(folder), ['x.cfg']);
});

test('a folder that is not there is said by name', async () => {
  const nowhere = path.join(folder, 'no', 'x.cfg');
  await assert.rejects(replaceConfigFile(nowhere, ''), {
    kind: 'unreachable',
    message: /cannot write .*x\.cfg/,
  });
  assert.equal(await readConfigFile(nowhere), null);
});

test('a folder in the place of the file cannot be read', async () => {
  await assert.rejects(readConfigFile(folder), { kind: 'unreachable', message: /cannot read/ });
});

test('removing twice is as good as once', async () => {
  await writeFile(file, 'old\n');
  await removeConfigFile(file);
  await removeConfigFile(file);
  assert.deepEqual(await readdir(folder), []);
});
