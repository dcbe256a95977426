/** `roomlb media-node` as a process of its own: its signals, and what it leaves behind. */
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { CliError, EXIT } from '../../src/cli/exit.ts';
import type { Io } from '../../src/cli/output.ts';
import { buildProgram } from '../../src/cli/program.ts';
import type { Assignment } from '../../src/media-node/protocol.ts';
import { roomlb } from '../cli/roomlb.ts';
import { Client } from './client.ts';
import { FakeDispatcher } from './fake-dispatcher.ts';
import { addressOf, assignment, NO_WORKER, until } from './support.ts';
import { PROGRAM } from '../cli/program.ts';

const skip = NO_WORKER;
const command = [...PROGRAM, 'media-node'];

async function run(t: TestContext, assigned: Assignment, ...args: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [...command, 'sfu-1', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  child.stdout.resume();
  const { healthPort } = assigned;
  await until('it is healthy', async () => {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}`);
    const answer = await fetch(`http://${addressOf(assigned)}:${healthPort}/health`).catch(() => undefined);
    return answer?.status === 200;
  });
  return child;
}

function topologyFile(
  t: TestContext,
  { addresses, vip, mediaPorts, signallingPort, healthPort }: Assignment,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-node-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'topology.json');
  const topology = {
    cluster: 'test',
    vips: [
      {
        id: 'public',
        addresses: vip.addresses,
        forwarding: 'nat',
        signalling: { port: 8443, tls: 'off' },
        media: { protocols: ['udp', 'tcp'], ports: '40000-40099' },
      },
    ],
    nodes: [
      {
        id: 'sfu-1',
        kind: 'mediasoup',
        vip: 'public',
        addresses,
        signallingPort,
        healthPort,
        mediaPorts: `${mediaPorts.first}-${mediaPorts.last}`,
      },
    ],
  };
  writeFileSync(file, JSON.stringify(topology));
  return file;
}

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('the process', { skip }, () => {
  test('asks a dispatcher for its ports, and on SIGTERM drains, says goodbye and ends with 0', async (t) => {
    const assigned = assignment();
    const dispatcher = await FakeDispatcher.start(t, assigned);
    const child = await run(t, assigned, '--dispatcher', dispatcher.url.href);
    const client = await Client.connect(t, `ws://${addressOf(assigned)}:4443/n/sfu-1/`);
    await client.get('join', { room: 'live' });
    await until('the room is told', () => dispatcher.liveRooms().has('live'));
    const pids = dispatcher.last('hello')!.status.workers.map(({ pid }) => pid!);
    child.kill('SIGTERM');
    await until('it drains', () => dispatcher.last('heartbeat')?.status.phase === 'draining');
    assert.equal(child.exitCode, null);
    const exited = once(child, 'exit');
    client.socket.close();
    assert.deepEqual(await exited, [0, null]);
    assert.deepEqual(dispatcher.messages.at(-1), { type: 'bye', reason: 'drained', rooms: 0 });
    assert.deepEqual(pids.map(alive), [false, false]);
  });

  test('a second signal does not wait for live rooms', async (t) => {
    const assigned = assignment();
    const child = await run(t, assigned, '--topology', topologyFile(t, assigned));
    const client = await Client.connect(t, `ws://${addressOf(assigned)}:4443/n/sfu-1/`);
    await client.get('join', { room: 'live' });
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const stranger = await Client.connect(t, `ws://${addressOf(assigned)}:4443/n/sfu-1/`);
    await until('it drains', async () => {
      const { error } = await stranger.ask('join', { room: 'another' });
      return error?.code === 'draining' || error?.code === 'already-joined';
    });
    child.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
    await until('the client is told', () => client.closed === 4410);
  });

  test('roomlb probe sees it: its health, its STUN port as the topology says, and each worker by its credentials', async (t) => {
    const assigned = assignment({ stunPort: 3478 });
    const dispatcher = await FakeDispatcher.start(t, assigned);
    await run(t, assigned, '--dispatcher', dispatcher.url.href);
    await until('connected', () => dispatcher.all('hello').length > 0);
    const host = addressOf(assigned);
    assert.equal(dispatcher.last('hello')!.stunPort, 3478);
    const plain = await roomlb(
      'probe',
      `stun://${host}:3478`,
      `http://${host}:8081/health`,
      '--timeout',
      '30s',
    );
    assert.equal(plain.code, 0, plain.out);
    for (const { port, probe } of dispatcher.last('hello')!.status.workers) {
      process.env.ROOMLB_ICE_PASSWORD = probe!.password;
      t.after(() => delete process.env.ROOMLB_ICE_PASSWORD);
      const stun = `stun://${host}:${port}`;
      const signed = ['--ufrag', probe!.usernameFragment, '--timeout', '30s'];
      const { code, out } = await roomlb('probe', stun, `${stun}?transport=tcp`, ...signed);
      assert.equal(code, 0, out);
      const unsigned = await roomlb('probe', stun, '--timeout', '100ms');
      assert.equal(unsigned.code, 3, unsigned.out);
      assert.match(unsigned.out, / timeout .*\n.*media node's STUN port/);
    }
  });

  test('killed, it leaves no workers behind', async (t) => {
    const assigned = assignment();
    const dispatcher = await FakeDispatcher.start(t, assigned);
    const child = await run(t, assigned, '--dispatcher', dispatcher.url.href);
    await until('connected', () => dispatcher.all('hello').length > 0);
    const pids = dispatcher.last('hello')!.status.workers.map(({ pid }) => pid!);
    assert.deepEqual(pids.map(alive), [true, true]);
    child.kill('SIGKILL');
    await until('the workers are gone', () => !pids.some(alive));
  });

  test('an address that is not on this host ends it with 3 and the reason', (t) => {
    // 192.0.2.0/24 is for documentation (RFC 5737): binding fails, nothing is sent.
    const file = topologyFile(t, assignment({ addresses: ['192.0.2.1'] }));
    const { status, stderr } = spawnSync(process.execPath, [...command, 'sfu-1', '--topology', file], {
      encoding: 'utf8',
    });
    assert.equal(status, 3);
    assert.match(stderr, /media node sfu-1 cannot start: /);
  });
});

describe('wrong arguments end with 2', () => {
  const wrong: [string, string[]][] = [
    ['no source of a topology', ['sfu-1']],
    ['a dispatcher that is no URL', ['sfu-1', '--dispatcher', 'localhost']],
    ['a node id with a slash', ['a/b', '--dispatcher', 'http://127.0.0.1:1']],
    ['a port beyond 65535', ['sfu-1', '--dispatcher', 'http://127.0.0.1:1', '--stun-port', '65536']],
    ['a limit that is no number', ['sfu-1', '--dispatcher', 'http://127.0.0.1:1', '--drain-limit', 'soon']],
  ];
  for (const [what, args] of wrong) {
    test(what, async () => {
      const silent: Io = { out: () => undefined, err: () => undefined, colour: false };
      const program = buildProgram(silent, () => undefined);
      await assert.rejects(
        program.parseAsync(['media-node', ...args], { from: 'user' }),
        (error) => error instanceof CliError && error.code === EXIT.badInput,
      );
    });
  }
});
