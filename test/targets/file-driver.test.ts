/** The driver for what RoomLB cannot reach: a file, and commands of the user's that are real programs here. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fileDriver, type FileState } from '../../src/targets/file/driver.ts';
import { haproxy } from '../../src/targets/haproxy/index.ts';
import { findBinary } from '../lab/netns.ts';
import { ofTarget } from '../../src/targets/balancer.ts';
import { balancerFor } from './balancers.ts';
import { cluster, intentOf } from './documents.ts';

const run = { signal: new AbortController().signal };
const program = findBinary('haproxy');
const skip = program === undefined && 'needs haproxy, which is not installed';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'roomlb-file-driver-'));
  file = path.join(folder, 'lb.cfg');
});
afterEach(() => rm(folder, { recursive: true }));

/** Notes what it was told and what was in the file then; says no where the file speaks of sfu-3. */
const RELOAD = `
  const { appendFileSync, readFileSync } = require('node:fs');
  const [log, file] = process.argv.slice(1);
  const isBad = readFileSync(file, 'utf8').includes('server sfu-3');
  appendFileSync(log, (isBad ? 'bad' : 'good') + '\\n');
  if (isBad) { console.error('no such node'); process.exitCode = 1; }
`;

function driverWith(commands: { check?: string[]; reload?: string[] } = {}) {
  const { check = null, reload = [process.execPath, '-e', RELOAD, path.join(folder, 'log'), '{file}'] } =
    commands;
  const declared = { dialect: 'haproxy', path: file, checkCommand: check, reloadCommand: reload } as const;
  return fileDriver({ ...ofTarget(balancerFor('file'), 'file'), ...declared }, haproxy);
}
const wanted = (nodes: number): FileState => {
  const topology = cluster(
    { signalling: { port: 80 } },
    Array.from({ length: nodes }, () => ({})),
  );
  return driverWith().desired(intentOf(topology));
};
const reloads = async () => (await readFile(path.join(folder, 'log'), 'utf8')).trim().split('\n');

describe('the file driver', () => {
  test('writes what the target renders, runs the reload command once, and then has nothing to do', async () => {
    const driver = driverWith();
    const plan = driver.plan(await driver.read(), wanted(2));
    assert.deepEqual(await readdir(folder), [], 'planning changed something');
    await driver.apply(plan, run);
    assert.equal(await readFile(file, 'utf8'), wanted(2).file);
    assert.deepEqual(await reloads(), ['good']);
    assert.deepEqual(driver.plan(await driver.read(), wanted(2)).steps, []);
    assert.deepEqual(await readdir(folder), ['lb.cfg', 'log']);
  });

  test('tells lines that differ, and not those that stay', () => {
    const driver = driverWith();
    const { changes } = driver.plan(wanted(1), wanted(2));
    assert.deepEqual(
      changes.map(({ key, kind }) => [key, kind]),
      [
        ['comments', 'change'],
        ['file', 'add'],
      ],
    );
    assert.match(changes[1]?.after.join('\n') ?? '', /server sfu-2/);
    assert.doesNotMatch(changes[1]?.after.join('\n') ?? '', /server sfu-1/);
  });

  test('changes nothing where the check command says no, and gives its words', { skip }, async () => {
    const driver = driverWith({ check: [program ?? '', '-c', '-f', '{file}'] });
    await driver.apply(driver.plan(await driver.read(), wanted(2)), run);
    const before = await Promise.all([readFile(file, 'utf8'), reloads(), readdir(folder)]);
    const broken = wanted(2).file?.replace('mode ', 'moode ') ?? '';
    const plan = driver.plan(await driver.read(), { file: broken, pending: false });
    await assert.rejects(driver.apply(plan, run), {
      kind: 'refused',
      message: /unknown keyword 'moode'/,
    });
    assert.deepEqual(await Promise.all([readFile(file, 'utf8'), reloads(), readdir(folder)]), before);
  });

  test('puts the old file back and reloads it where the reload command says no', async () => {
    const driver = driverWith();
    await driver.apply(driver.plan(await driver.read(), wanted(2)), run);
    await assert.rejects(driver.apply(driver.plan(await driver.read(), wanted(3)), run), {
      kind: 'failed',
      message: /no such node; the old file is back, and was reloaded$/,
    });
    assert.equal(await readFile(file, 'utf8'), wanted(2).file);
    assert.deepEqual(await reloads(), ['good', 'bad', 'good']);
    assert.deepEqual(driver.plan(await driver.read(), wanted(2)).steps, []);
  });

  test('reloads what was put in place before somebody killed it', async () => {
    const driver = driverWith();
    const interruption = new Error('killed');
    const onStep = (index: number) => {
      if (index === 1) throw interruption;
    };
    await assert.rejects(
      driver.apply(driver.plan(await driver.read(), wanted(2)), { ...run, onStep }),
      interruption,
    );
    const plan = driver.plan(await driver.read(), wanted(2));
    assert.deepEqual(
      plan.steps.map(({ action }) => action),
      [{ do: 'reload' }],
    );
    await driver.apply(plan, run);
    assert.deepEqual(await reloads(), ['good']);
    assert.deepEqual(driver.plan(await driver.read(), wanted(2)).steps, []);
  });

  test('says that a file is not its own', async () => {
    await writeFile(file, 'global\n');
    const driver = driverWith();
    assert.deepEqual(driver.plan(await driver.read(), wanted(2)).foreign, [
      `${file} was not written by RoomLB`,
    ]);
  });

  test('says what it misses where a command is not there', async () => {
    const driver = driverWith({ check: ['/nonexistent/check', '{file}'] });
    await assert.rejects(driver.apply(driver.plan(await driver.read(), wanted(2)), run), {
      kind: 'unreachable',
      message: '/nonexistent/check is not installed, or not on PATH',
    });
    assert.deepEqual(await readdir(folder), []);
  });
});
