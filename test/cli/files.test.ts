/** Files that cannot be read or written: an exit code and one line for people, never a stack trace. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import { run } from '../../src/cli/run.ts';
import { isSystemError } from '../../src/cli/system-error.ts';
import { SMALL } from '../fixtures/cluster.ts';
import { PROGRAM } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'roomlb-files-'));
const topology = join(folder, 'topology.yaml');
writeFileSync(topology, SMALL);
after(() => rmSync(folder, { recursive: true }));

async function roomlb(...args: string[]) {
  let err = '';
  const io = { out: () => undefined, err: (text: string) => void (err += text), colour: false };
  return { code: await run(args, io), err };
}

/** In a process of its own, with this on standard input. */
async function piped(input: string, ...args: string[]) {
  const child = spawn(process.execPath, [...PROGRAM, ...args], { stdio: 'pipe' });
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: code as number, out, err };
}

/** In a process whose descriptor (1: output, 2: errors) is a device that is always full. */
async function onFullDevice(descriptor: 1 | 2, ...args: string[]) {
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, [...PROGRAM, ...args], {
    stdio: ['ignore', ...(descriptor === 1 ? [full, 'pipe'] : ['ignore', full])] as (
      'ignore' | 'pipe' | number
    )[],
  });
  closeSync(full);
  const said = child.stderr ? text(child.stderr) : '';
  const [code] = (await once(child, 'exit')) as [number];
  return { code, err: await said };
}

describe('a file that cannot be read is bad input', () => {
  const cases: readonly [what: string, file: string, says: RegExp][] = [
    ['missing', join(folder, 'nowhere.txt'), /there is no such file or folder/],
    ['a folder', folder, /it is a folder/],
    ['under a file', join(topology, 'rooms.txt'), /a part of its path is no folder/],
  ];
  for (const [what, file, says] of cases) {
    test(`diff --rooms, ${what}`, async () => {
      const { code, err } = await roomlb('diff', topology, topology, '--rooms', file);
      assert.equal(code, 2);
      assert.match(err, says);
      assert.ok(err.includes(`\nerror: ${file}: cannot be read: `), err);
      assert.doesNotMatch(err, /\n +at /);
    });
  }
});

describe('what cannot be written cannot be reached', () => {
  test('render --out and serve --store end where the system makes no folder', async () => {
    const rendered = await roomlb('render', 'nftables', '-t', topology, '--out', '/proc/roomlb/x');
    assert.equal(rendered.code, 3);
    assert.match(rendered.err, /nftables\.nft: cannot be written: there is no such file or folder/);
    const served = await roomlb('serve', '-t', topology, '--store', 'file:/proc/roomlb/x');
    assert.equal(served.code, 3);
    assert.match(served.err, /cannot use \/proc\/roomlb\/x as the store's directory: ENOENT/);
  });

  test('render --out under a file', async () => {
    const { code, err } = await roomlb('render', 'nftables', '-t', topology, '--out', join(topology, 'out'));
    assert.equal(code, 3);
    assert.match(err, /^error: .*nftables\.nft: cannot be written: a part of its path is no folder\n$/m);
  });

  test('render --out, where a folder has the name of the file', async () => {
    const { code, err } = await roomlb('render', 'ipvs', '-t', topology, '--out', folder);
    assert.equal(code, 0, err);
    rmSync(join(folder, 'ipvsadm.rules'));
    await roomlb('render', 'ipvs', '-t', topology, '--out', join(folder, 'ipvsadm.rules'));
    const again = await roomlb('render', 'ipvs', '-t', topology, '--out', folder);
    assert.equal(again.code, 3);
    assert.match(again.err, /ipvsadm\.rules: cannot be written: it is a folder/);
  });

  test('standard output on a full device', async () => {
    for (const args of [['render', 'haproxy', '-t', topology], ['--help']]) {
      const { code, err } = await onFullDevice(1, ...args);
      assert.equal(code, 3, args.join(' '));
      assert.match(err, /^error: standard output cannot be written: ENOSPC/m);
      assert.doesNotMatch(err, /\n +at /);
    }
  });

  test('standard error on a full device: nobody can be told, but the exit code is right', async () => {
    assert.equal((await onFullDevice(2, 'validate', join(folder, 'nowhere.yaml'))).code, 2);
  });
});

test('errors of the system are told from those of the program', () => {
  assert.equal(isSystemError(Object.assign(new Error('x'), { code: 'EIO', syscall: 'read' })), true);
  for (const other of [
    new TypeError('x'),
    Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_TYPE' }),
    'x',
  ]) {
    assert.equal(isSystemError(other), false);
  }
});

describe('rooms from standard input', () => {
  test('place - and explain - read them', async () => {
    const placed = await piped('standup\n\n-\n', 'place', '-', '-t', topology, '--json');
    assert.equal(placed.code, 0, placed.err);
    const rooms = (JSON.parse(placed.out) as { room: string }[]).map(({ room }) => room);
    assert.deepEqual(rooms, ['standup', '-']);
    const explained = await piped('standup\n', 'explain', '-', '-t', topology, '--json');
    assert.equal((JSON.parse(explained.out) as { room: string }).room, 'standup');
    assert.equal((await piped('a\nb\n', 'explain', '-', '-t', topology)).code, 2);
  });

  test('- stands alone, and for one input only', async () => {
    const mixed = await roomlb('place', '-', 'x', '-t', topology);
    assert.equal(mixed.code, 2);
    assert.match(mixed.err, /stands alone/);
    assert.equal((await roomlb('place', 'x', '-', '-t', topology)).code, 2);
    for (const command of ['place', 'explain']) {
      const twice = await roomlb(command, '-', '-t', '-');
      assert.equal(twice.code, 2);
      assert.match(twice.err, /only one input can be standard input/);
    }
  });
});
