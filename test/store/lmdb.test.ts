import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { open } from 'lmdb';
import { GroupCommit } from '../../src/store/group-commit.ts';
import { openEnvironment } from '../../src/store/lmdb-environment.ts';
import { upgradeFormat, type FormatDatabases } from '../../src/store/lmdb-format.ts';
import { openStore } from '../../src/store/open.ts';
import { claimOn, listAll, openFor, withDirectory } from './stores.ts';

const fixture = (name: string): string => new URL(`./fixtures/${name}`, import.meta.url).pathname;
const NODE = [process.execPath, '--import', 'tsx'];

/** A child process with its output line by line. */
function start(command: readonly string[]): { child: ChildProcess; line: () => Promise<string> } {
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
  });
  const lines: AsyncIterator<string, undefined> = createInterface({ input: child.stdout })[
    Symbol.asyncIterator
  ]();
  return {
    child,
    line: async () => {
      const next = await lines.next();
      return next.done ? '(no more output)' : next.value;
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  // Not 'exit': what the child started in its turn holds the output open until it is gone too.
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

/** Why the test can't run here, or false. */
function lacks(file: string, ...args: string[]): string | false {
  return spawnSync(file, args).status === 0 ? false : `needs ${[file, ...args].join(' ')}`;
}

test('what happened once is known again after the store was closed and opened, until its time is over', () =>
  withDirectory(async (directory) => {
    const soon = Date.now() + 60_000;
    const take = (by: string, until: number) =>
      openFor(`file:${directory}`, ({ once }) => once.take('a', by, until));
    assert.equal(await take('me', soon), true);
    assert.equal(await take('you', soon), false);
    assert.equal(await take('me', soon), true);
    await openFor(`file:${directory}`, async ({ once }) => {
      for (let i = 0; i < 50; i++) assert.equal(await once.take(`old-${i}`, 'me', Date.now() - 1), true);
    });
    await openFor(`file:${directory}`, ({ once }) => once.take('b', 'me', soon));
    assert.deepEqual(await onceIn(directory), ['once/a', 'once/b']);
  }));

async function onceIn(directory: string): Promise<readonly string[]> {
  const env = openEnvironment<string, Buffer>(join(directory, 'claims.mdb'), {
    keyEncoding: 'binary',
    encoding: 'string',
  });
  const meta = env.openDB<string, string>({ name: 'meta', encoding: 'string' });
  const keys = [...meta.getKeys()].filter((key) => key.startsWith('once/'));
  await env.close();
  return keys;
}

test('notes are there again after the store was closed and opened', () =>
  withDirectory(async (directory) => {
    await openFor(`file:${directory}`, ({ notes }) => notes.write('health', { 'sfu-1': 'down' }));
    const found = await openFor(`file:${directory}`, ({ notes }) => notes.read('health'));
    assert.deepEqual(found, { 'sfu-1': 'down' });
  }));

test('claims, counts and topology are there again after the store was closed and opened', () =>
  withDirectory(async (directory) => {
    const record = { seed: { a: 1 }, current: { a: [1, null] }, version: 3 };
    await openFor(`file:${directory}`, async ({ claims, topology }) => {
      await claims.create('a', claimOn('sfu-1', { participants: 4, zone: 'z' }));
      await claims.create('회의', claimOn('sfu-1'));
      await claims.create('gone', claimOn('sfu-1'));
      await claims.create('moved', claimOn('sfu-1'));
      await Promise.all([claims.release('gone'), claims.move('moved', 'sfu-1', claimOn('sfu-10'))]);
      assert.equal(await topology.write(record, 0), true);
    });
    await openFor(`file:${directory}`, async (store) => {
      assert.deepEqual(await store.claims.get('a'), claimOn('sfu-1', { participants: 4, zone: 'z' }));
      assert.deepEqual(await listAll(store, 2), ['a', 'moved', '회의']);
      assert.deepEqual(await listAll(store, 2, 'sfu-10'), ['moved']);
      assert.deepEqual([...store.claims.loads()].sort(), [
        ['sfu-1', 2],
        ['sfu-10', 1],
      ]);
      assert.deepEqual(await store.topology.read(), record);
    });
  }));

test('creates missing directories for the owner alone', () =>
  withDirectory(async (directory) => {
    await openFor(`file:${directory}/a/b`, async (store) => {
      await store.ready();
      assert.match(store.description, /\/a\/b /);
    });
    for (const path of ['a', 'a/b']) assert.equal(statSync(join(directory, path)).mode & 0o777, 0o700);
  }));

test('a directory that cannot be one is refused with its path', () =>
  withDirectory(async (directory) => {
    writeFileSync(join(directory, 'file'), '');
    for (const path of [join(directory, 'file'), join(directory, 'file', 'below')]) {
      await assert.rejects(openStore(`file:${path}`), {
        message: new RegExp(`${path} as the store's directory`),
      });
    }
  }));

test('a file that is no database is refused by name, and the directory is free afterwards', () =>
  withDirectory(async (directory) => {
    writeFileSync(join(directory, 'claims.mdb'), 'x'.repeat(20_000));
    for (let i = 0; i < 2; i++) {
      await assert.rejects(
        openStore(`file:${directory}`),
        /cannot open .*claims\.mdb: it is not an LMDB file/,
      );
    }
  }));

test('a store of another format is refused, and the directory is free afterwards', () =>
  withDirectory(async (directory) => {
    const other = open(join(directory, 'claims.mdb'), {
      noSubdir: true,
      keyEncoding: 'binary',
      overlappingSync: false,
    });
    await other.openDB<string, string>({ name: 'meta', encoding: 'string' }).put('format', '99');
    await other.close();
    for (let i = 0; i < 2; i++) {
      await assert.rejects(
        openStore(`file:${directory}`),
        /has format 99; this program reads up to format 1/,
      );
    }
  }));

test('a second store on the same directory in one process is refused, until the first is closed', () =>
  withDirectory(async (directory) => {
    mkdirSync(join(directory, 'store'));
    await openFor(`file:${directory}/store`, async () => {
      await assert.rejects(openStore(`file:${directory}/store/../store`), /in use by this very process/);
    });
    await openFor(`file:${directory}/store`, (store) => store.ready());
  }));

test('closing finishes what was asked for; a closed store rejects calls', () =>
  withDirectory(async (directory) => {
    const store = await openStore(`file:${directory}`);
    const { claims, topology } = store;
    const underWay = [
      claims.create('a', claimOn('sfu-1')),
      claims.release('a'),
      claims.create('a', claimOn('sfu-2')),
      topology.write({ seed: {}, current: {}, version: 1 }, 0),
      topology.write({ seed: {}, current: {}, version: 2 }, 1),
    ];
    await store.close();
    assert.deepEqual(await Promise.all(underWay), [
      { created: true, claim: claimOn('sfu-1') },
      claimOn('sfu-1'),
      { created: true, claim: claimOn('sfu-2') },
      true,
      true,
    ]);
    await assert.rejects(claims.get('a'));
    await assert.rejects(claims.create('a', claimOn('sfu-1')));
    await assert.rejects(claims.list({ limit: 1 }));
    await assert.rejects(topology.read());
    await assert.rejects(store.ready());
    await store.close();
  }));

test('a live owner keeps others out and is named; one that was killed does not', () =>
  withDirectory(async (directory) => {
    const { child, line } = start([...NODE, fixture('hold.ts'), directory]);
    try {
      assert.equal(await line(), 'open');
      for (let i = 0; i < 2; i++) {
        await assert.rejects(openStore(`file:${directory}`), {
          message: new RegExp(`in use by process ${child.pid ?? '?'},`),
        });
      }
    } finally {
      await end(child);
    }
    await openFor(`file:${directory}`, (store) => store.ready());
  }));

test('of several processes that start together exactly one owns the store', () =>
  withDirectory(async (directory) => {
    const contenders = Array.from({ length: 4 }, () => start([...NODE, fixture('hold.ts'), directory]));
    try {
      const said = await Promise.all(contenders.map(({ line }) => line()));
      const winner = contenders[said.indexOf('open')]?.child.pid ?? 0;
      assert.equal(
        said.filter((words) => words.includes(`in use by process ${winner},`)).length,
        3,
        said.join('\n'),
      );
    } finally {
      await Promise.all(contenders.map(({ child }) => end(child)));
    }
  }));

/** A pid namespace of its own, as a container has: the process in it has pid 1. */
const container = ['unshare', '--pid', '--fork', '--kill-child'];
const needsContainers = { skip: lacks('unshare', ...container.slice(1), 'true') };

test('an owner in another container keeps others out', needsContainers, () =>
  withDirectory(async (directory) => {
    const { child, line } = start([...container, ...NODE, fixture('hold.ts'), directory]);
    try {
      assert.equal(await line(), 'open');
      await assert.rejects(openStore(`file:${directory}`), /in use by process 1,/);
      // Its pid may be the same as that of the one that comes later.
      const second = start([...container, ...NODE, fixture('hold.ts'), directory]);
      try {
        assert.match(await second.line(), /another process 1, in another container, seems to have it open/);
      } finally {
        await end(second.child);
      }
    } finally {
      await end(child);
    }
    await openFor(`file:${directory}`, (store) => store.ready());
  }),
);

interface Report {
  readonly failures: number;
  readonly reasons: readonly string[];
  readonly acknowledged: number;
  readonly lost: number;
  readonly listed: number;
  readonly counted: number;
  readonly ready: string;
}

test(
  'a full disk rejects the writes, counts them back, loses nothing, and mends when there is space',
  { skip: lacks('prlimit', '--version') },
  () =>
    withDirectory(async (directory) => {
      // The soft limit on file size stands in for a full disk: no privileges needed.
      const limited = ['prlimit', '--fsize=500000:', ...NODE, fixture('fill.ts'), directory];
      const { child, line } = start(limited);
      try {
        const full = JSON.parse(await line()) as Report;
        assert.match(
          full.reasons.join(),
          /^cannot write to the store .*: .* \(is the disk full or read-only\?\)$/,
        );
        assert.match(full.ready, /^cannot write to the store/);
        assert.equal(full.failures, 65);
        assert.ok(full.acknowledged > 0);
        assert.equal(full.lost, 0);
        assert.equal(full.listed, full.acknowledged);
        assert.equal(full.counted, full.acknowledged);

        assert.equal(spawnSync('prlimit', ['--fsize=unlimited:', '--pid', String(child.pid)]).status, 0);
        child.stdin?.write('go on\n');
        const well = JSON.parse(await line()) as unknown;
        assert.deepEqual(well, { ready: 'yes', again: true, counted: full.counted + 1 });
      } finally {
        await end(child);
      }
    }),
);

test('an older format is brought to this one, each step in one commit; what is too old or newer is named', () =>
  withDirectory(async (directory) => {
    const env = openEnvironment<string, Buffer>(join(directory, 'claims.mdb'), {
      keyEncoding: 'binary',
      encoding: 'string',
    });
    const commits = new GroupCommit(env, directory);
    const meta = env.openDB<string, string>({ name: 'meta', encoding: 'string' });
    const open = (name: string) =>
      env.openDB<string, Buffer>({ name, keyEncoding: 'binary', encoding: 'string' });
    const databases = { meta, rooms: open('rooms'), nodes: open('nodes') };
    try {
      const key = Buffer.from('a');
      await upgradeFormat(databases, commits, directory, 1);
      await databases.rooms.put(key, 'one');
      const append = (what: string) => (to: FormatDatabases) =>
        void to.rooms.put(key, `${to.rooms.get(key)} ${what}`);
      await upgradeFormat(databases, commits, directory, 3, { 1: append('two'), 2: append('three') });
      assert.deepEqual([meta.get('format'), databases.rooms.get(key)], ['3', 'one two three']);
      await upgradeFormat(databases, commits, directory, 3, { 1: append('again'), 2: append('again') });
      assert.equal(databases.rooms.get(key), 'one two three');
      await assert.rejects(
        upgradeFormat(databases, commits, directory, 5, { 4: append('five') }),
        /back it up/,
      );
      await assert.rejects(upgradeFormat(databases, commits, directory, 2), /reads up to format 2/);
      assert.deepEqual([meta.get('format'), databases.rooms.get(key)], ['3', 'one two three']);
    } finally {
      await commits.close();
      await env.close();
    }
  }));
