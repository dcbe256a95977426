/** The driver for what RoomLB cannot reach: a file, and commands of the user's that are real programs here. */
import assert from 'node:assert/strict';
import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { envoy } from '../../src/targets/envoy/index.ts';
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

describe('the file driver, told which file', () => {
  const eds = (name: string) =>
    fileDriver(
      {
        ...ofTarget(balancerFor('file'), 'file'),
        ...({ dialect: 'envoy', file: name, path: file, reloadCommand: null } as const),
      },
      envoy,
    );
  const topology = cluster({ signalling: { port: 80 } }, [{}, {}]);
  const healthy = buildIntent(clusterView(topology));
  const ill = buildIntent(clusterView(topology, new Map([['sfu-2', 'down']])));

  test("moves Envoy's endpoints into place as health changes, whole at any time, and needs no reload", async () => {
    const driver = eds('eds-public.json');
    await driver.apply(driver.plan(await driver.read(), driver.desired(healthy)), run);
    const reader = await open(file);
    const before = await reader.stat();
    const plan = driver.plan(await driver.read(), driver.desired(ill));
    assert.deepEqual(
      plan.steps.map(({ text }) => text),
      [`write ${file}: put it in place`],
    );
    assert.match(plan.changes.flatMap(({ after }) => after).join('\n'), /"health_status": "DRAINING"/);
    await driver.apply(plan, run);
    // What Envoy has open is still the file of before, to its end.
    assert.equal(await reader.readFile('utf8'), driver.desired(healthy).file);
    await reader.close();
    assert.notEqual((await stat(file)).ino, before.ino, 'written where it was, which Envoy does not notice');
    assert.equal(await readFile(file, 'utf8'), driver.desired(ill).file);
    assert.deepEqual(await readdir(folder), ['lb.cfg']);
  });

  test('says so where nothing is rendered into it', async () => {
    const driver = eds('eds-publik.json');
    const { steps, notes } = driver.plan(await driver.read(), driver.desired(healthy));
    assert.deepEqual(steps, []);
    assert.match(notes.join(), /nothing is rendered into eds-publik[.]json/);
  });

  test('knows a file of another cluster by the sentence in it', async () => {
    const driver = eds('eds-public.json');
    const text = driver.desired(healthy).file ?? '';
    await writeFile(file, text.replace('Cluster test-1', 'Cluster test-2'));
    const { foreign } = driver.plan(await driver.read(), driver.desired(healthy));
    assert.deepEqual(foreign, [`${file} is of cluster test-2, not of test-1`]);
  });
});
