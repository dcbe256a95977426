import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { tcpProbe } from '../../../src/health/probes/tcp.ts';
import { tcpAt } from '../endpoints.ts';

const SERVER = `
  const server = require('node:net').createServer((socket) => socket.on('error', () => undefined));
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));
`;

async function withHungServer(use: (port: number) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGSTOP');
  try {
    await use(Number(line.toString()));
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

test('a process that hangs still passes: that is why there is a stun probe', () =>
  withHungServer(async (port) => {
    assert.equal((await tcpProbe().run(tcpAt(port))).kind, 'ok');
  }));

test('when the backlog is full, silence is a timeout', () =>
  withHungServer(async (port) => {
    // A backlog of 1 holds two connections on Linux, further ones are dropped without a word.
    const fillers = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(fillers.slice(0, 2).map((socket) => once(socket, 'connect')));
    const outcome = await tcpProbe().run(tcpAt(port));
    for (const socket of fillers) socket.destroy();
    assert.equal(outcome.kind, 'timeout');
  }));
