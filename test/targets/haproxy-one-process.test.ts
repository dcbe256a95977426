/**
 * Which of two processes of HAProxy takes a connection just after a reload cannot be had at will of a real one: here
 * a socket answers as the one or the other. Everything else about the driver is tested with HAProxy itself.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { askProcess } from '../../src/targets/haproxy/driver/one-process.ts';

const OLD = 100;
const NEW = 200;

/** @param pids of who takes the connections, one after the other; the last takes all that follow */
async function fakeHaproxy(t: TestContext, pids: readonly number[]) {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-'));
  const path = join(folder, 'fake.sock');
  const asked: string[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let said = '';
    socket.on('data', (part: Buffer) => (said += part.toString()));
    socket.on('end', () => {
      asked.push(said.trim());
      const pid = pids[Math.min(asked.length, pids.length) - 1];
      socket.end(`Name: HAProxy\nPid: ${pid}\n\n${pid === OLD ? 'Proxy is disabled.' : 'IP changed'}\n\n`);
    });
  }).listen(path);
  await once(server, 'listening');
  t.after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  return { path, asked };
}

test('what the old process says is passed over', async (t) => {
  const { path, asked } = await fakeHaproxy(t, [OLD, OLD, NEW]);
  assert.equal(await askProcess(path, NEW, 'set server a/b health down', 10_000), 'IP changed');
  assert.deepEqual(
    asked,
    Array.from({ length: 3 }, () => 'show info;set server a/b health down'),
  );
});

test('one that goes on answering is an error that says so', async (t) => {
  const { path } = await fakeHaproxy(t, [OLD]);
  await assert.rejects(askProcess(path, NEW, 'show errors', 20), /is not the process 200 any more/);
});
