/** `roomlb serve` as a process: what it says, what it survives, how it ends. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { SMALL } from '../fixtures/cluster.ts';
import { PROGRAM } from './program.ts';

let folder: string;
let topology: string;
const running = new Set<ChildProcess>();

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roomlb-serve-'));
  topology = join(folder, 'topology.yaml');
  await writeFile(topology, SMALL);
});
after(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

interface Server {
  readonly child: ChildProcess;
  readonly url: string;
  readonly log: readonly string[];
}

function start(...args: string[]): ChildProcess {
  // Its nodes have addresses that are not of this machine: nothing may be sent to them.
  const command = [...PROGRAM, 'serve', '-t', topology, '--no-probes', ...args];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.on('exit', () => running.delete(child));
  return child;
}

async function serve(...args: string[]): Promise<Server> {
  const child = start('--listen', '127.0.0.1:0', ...args);
  const log: string[] = [];
  const errors: string[] = [];
  child.stderr!.on('data', (chunk: Buffer) => errors.push(String(chunk)));
  const url = await new Promise<string>((resolve, reject) => {
    child.on('exit', () => reject(new Error(errors.join(''))));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      log.push(line);
      const found = /API (http:\/\/[\d.]+:\d+)/.exec(line)?.[1];
      if (found) resolve(found);
    });
  });
  return { child, url, log };
}

async function stop({ child }: Server, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = (await exited) as [number | null];
  return code;
}

async function refusal(...args: string[]): Promise<{ code: number | null; err: string }> {
  const child = start(...args);
  let err = '';
  child.stderr!.on('data', (chunk: Buffer) => (err += String(chunk)));
  child.stdout!.resume();
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, err };
}

const put = (url: string, room: string) => fetch(`${url}/v1/rooms/${room}`, { method: 'PUT' });

describe('roomlb serve', () => {
  test('names in its log the URLs to open, answers, and ends with 0 on SIGTERM and SIGINT', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const server = await serve();
      assert.ok(server.log.some((line) => line.includes(`curl -X PUT ${server.url}/v1/rooms/standup`)));
      for (const line of server.log) assert.doesNotThrow(() => JSON.parse(line) as unknown);
      assert.equal((await put(server.url, 'r')).status, 201);
      assert.equal(await stop(server, signal), 0);
    }
  });

  test('on loopback, takes requests for localhost and the names it was told, and no others', async () => {
    const server = await serve('--allow-host', 'rooms.example.net', '--allow-host', 'two.example.net');
    const ask = async (host: string) => {
      const [answer] = (await once(get(`${server.url}/healthz`, { headers: { host } }), 'response')) as [
        IncomingMessage,
      ];
      answer.resume();
      return answer.statusCode;
    };
    assert.equal(await ask('localhost'), 200);
    assert.equal(await ask('rooms.example.net'), 200);
    assert.equal(await ask('two.example.net'), 200);
    assert.equal(await ask('evil.example.net'), 421);
    await stop(server);
  });

  test('kill -9 in the middle of 10,000 allocations loses none that was answered', async () => {
    const store = `file:${join(folder, 'claims')}`;
    const answered = new Map<string, string>();
    let next = 0;
    for (const killAfter of [1500, 4500, 10_000]) {
      const { child, url } = await serve('--store', store);
      const worker = async () => {
        while (next < killAfter) {
          const room = `room-${next++}`;
          const answer = await put(url, room);
          const body = (await answer.json()) as { node: { id: string } };
          if (answer.status === 201) answered.set(room, body.node.id);
          if (answered.size >= killAfter - 100) child.kill('SIGKILL');
        }
      };
      await Promise.allSettled(Array.from({ length: 32 }, worker));
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      assert.equal(child.signalCode, 'SIGKILL');
    }
    assert.ok(answered.size > 9000);
    const server = await serve('--store', store);
    const kept = new Map<string, string>();
    for (let query = ''; ;) {
      const page = (await (await fetch(`${server.url}/v1/rooms?limit=1000${query}`)).json()) as {
        rooms: { room: string; node: string }[];
        next: string | null;
      };
      for (const { room, node } of page.rooms) kept.set(room, node);
      if (page.next === null) break;
      query = `&after=${encodeURIComponent(page.next)}`;
    }
    for (const [room, node] of answered) assert.equal(kept.get(room), node, room);
    await stop(server);
  });

  test('keeps edits made by REST; a file that changed wins where it changed, and only there', async () => {
    const store = `file:${join(folder, 'edits')}`;
    const patch = (url: string, part: string, body: object) =>
      fetch(`${url}/v1/${part}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const weightOf = async (url: string, node: string) =>
      ((await (await fetch(`${url}/v1/nodes/${node}`)).json()) as { weight: number }).weight;

    const first = await serve('--store', store);
    assert.equal((await patch(first.url, 'nodes/sfu-1', { weight: 11 })).status, 200);
    assert.equal((await patch(first.url, 'nodes/sfu-2', { weight: 22 })).status, 200);
    assert.equal((await patch(first.url, 'policies/placement', { loadBound: 3 })).status, 200);
    await stop(first, 'SIGKILL');

    await writeFile(topology, SMALL.replace('id: sfu-2,', 'id: sfu-2, weight: 77,'));
    const second = await serve('--store', store);
    assert.deepEqual([await weightOf(second.url, 'sfu-1'), await weightOf(second.url, 'sfu-2')], [11, 77]);
    const placement = (await (await fetch(`${second.url}/v1/policies/placement`)).json()) as object;
    assert.deepEqual(placement, {
      algorithm: 'maglev',
      tableSize: 65_537,
      loadBound: 3,
      movesPerSecond: 'off',
    });
    assert.ok(
      second.log.some((line) => line.includes('sfu-2') && line.includes('the file wins')),
      second.log.join(),
    );
    await stop(second);
    await writeFile(topology, SMALL);
  });

  test('says 3 when the address is taken or the store is held by another process', async () => {
    const store = `file:${join(folder, 'held')}`;
    const server = await serve('--store', store);
    const taken = await refusal('--listen', new URL(server.url).host);
    assert.equal(taken.code, 3);
    assert.match(taken.err, /cannot listen/);
    const held = await refusal('--listen', '127.0.0.1:0', '--store', store);
    assert.equal(held.code, 3);
    assert.match(held.err, new RegExp(String(server.child.pid)));
    await stop(server);
  });
});
