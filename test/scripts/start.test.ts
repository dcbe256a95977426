/** `npm start`: the dispatcher, and its media nodes beside it. */
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { localNodes } from '../../scripts/local-nodes.mjs';
import { VERSION } from '../../src/version.ts';
import { NO_WORKER, until } from '../media-node/support.ts';

const script = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url));

interface Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** What all its processes have written. */
  readonly log: () => string;
  readonly url: string;
}

/** In a process group of its own, so that it can be seen whether one of them stays. */
async function start(t: TestContext, args: string[], env: Record<string, string> = {}): Promise<Started> {
  const child = spawn(process.execPath, [script, '--listen', '127.0.0.1:0', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  t.after(() => alive(child.pid!) && process.kill(-child.pid!, 'SIGKILL'));
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += String(chunk)));
  const url = () => /API (http:\/\/[\d.]+:\d+)/.exec(log)?.[1];
  await until('it serves', () => {
    assert.equal(child.exitCode, null, log);
    return url() !== undefined;
  });
  return { child, log: () => log, url: url()! };
}

/** Whether a process of the group is there. */
function alive(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

async function end({ child }: Started, signal: NodeJS.Signals): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  assert.deepEqual(await exited, [0, null]);
  assert.equal(alive(child.pid!), false, 'a process was left behind');
}

test('every node of lb-config/local.yaml can be run on one machine, and health is asked on its own address', async () => {
  const nodes = await localNodes('lb-config/local.yaml');
  assert.deepEqual(
    nodes.map(({ id }) => id),
    ['sfu-1', 'sfu-2'],
  );
  assert.equal(readFileSync('lb-config/local.yaml', 'utf8').match(/healthPort:/g)?.length, 2);
  // Those of the example are somebody else's addresses.
  assert.deepEqual(await localNodes('lb-config/topology.yaml'), []);
});

describe('npm start', () => {
  test('without a worker says in one line what is missing, and serves', async (t) => {
    const started = await start(t, [], { MEDIASOUP_WORKER_BIN: '/bin/false' });
    await until('it says so', () => started.log().includes('no media nodes'));
    assert.match(
      started.log(),
      /^roomlb: no media nodes: MEDIASOUP_WORKER_BIN=\/bin\/false: does not start.*$/m,
    );
    assert.equal((await fetch(`${started.url}/v1/rooms/standup`, { method: 'PUT' })).status, 201);
    await end(started, 'SIGTERM');
    assert.doesNotMatch(started.log(), /media node up/);
  });

  test(
    'starts its media nodes, says how to leave them out, and ends them with the dispatcher',
    {
      skip: NO_WORKER,
    },
    async (t) => {
      const started = await start(t, []);
      await until('both nodes are up', async () => {
        const { nodes } = (await (await fetch(`${started.url}/v1/health`)).json()) as {
          nodes: { state: string; live: { connected: boolean } | null }[];
        };
        return nodes.every(({ state, live }) => state === 'up' && live?.connected);
      });
      assert.match(started.log(), /media nodes: sfu-1 on 127\.0\.0\.11, sfu-2 on 127\.0\.0\.12 .*--no-nodes/);
      await end(started, 'SIGINT');
    },
  );

  test('--no-nodes, or a topology of one’s own, leaves them out, and the latter is said', async (t) => {
    for (const args of [['--no-nodes'], ['-t', 'lb-config/local.yaml']]) {
      const started = await start(t, args);
      if (args[0] === '-t') {
        const said = `roomlb: no media nodes of that topology are started; each by: npx roomlb media-node ID --dispatcher ${started.url}`;
        await until('it says so', () => started.log().includes(said));
      } else assert.ok(!started.log().includes('no media nodes'));
      assert.equal((await fetch(`${started.url}/readyz`)).status, 200);
      await end(started, 'SIGTERM');
      assert.doesNotMatch(started.log(), /media nodes: |media node up/);
    }
  });

  test('what it builds is a program that npx can run', () => {
    const { status, stdout } = spawnSync('dist/cli/main.js', ['version'], { encoding: 'utf8' });
    assert.deepEqual([status, stdout], [0, `${VERSION}\n`]);
  });
});
