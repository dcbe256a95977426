import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, test, type TestContext } from 'node:test';
import { ANONYMOUS } from '../../src/http/access.ts';
import { DispatcherLink } from '../../src/media-node/dispatcher-link.ts';
import {
  PROTOCOL,
  type Assignment,
  type NodeMessage,
  type NodeStatus,
} from '../../src/media-node/protocol.ts';
import { FakeDispatcher } from './fake-dispatcher.ts';
import { assignment, loopback, quiet, until } from './support.ts';

const status: NodeStatus = {
  phase: 'serving',
  healthy: true,
  uptime: 1,
  rooms: 0,
  participants: 0,
  producers: 0,
  consumers: 0,
  loopDelay: 0,
  workers: [],
};
const instance = randomUUID();
const rooms: NodeMessage = {
  type: 'rooms',
  reset: true,
  live: [{ room: 'standup', port: 40000, participants: 2, consumers: 2 }],
  closed: [],
};

function linkTo(t: TestContext, url: URL, onAssignment: (assignment: Assignment) => void = () => undefined) {
  const link = new DispatcherLink({
    access: ANONYMOUS,
    url,
    node: 'sfu-1',
    registration: { instance, version: '1.0.0', mediasoup: '3.19.3' },
    retry: { first: 0.05, most: 0.2 },
    logger: quiet,
    greeting: () => [
      {
        type: 'hello',
        protocol: PROTOCOL,
        node: 'sfu-1',
        instance,
        version: '1.0.0',
        stunPort: null,
        status,
      },
      rooms,
    ],
    status: () => status,
    onAssignment,
  });
  t.after(() => link.close({ type: 'bye', reason: 'stopped', rooms: 0 }));
  link.start();
  return link;
}

describe('the link to a dispatcher', () => {
  test('registers, says everything, then sends heartbeats', async (t) => {
    const dispatcher = await FakeDispatcher.start(t, assignment());
    const told: Assignment[] = [];
    const link = linkTo(t, dispatcher.url, (assigned) => told.push(assigned));
    await until('heartbeats come', () => dispatcher.all('heartbeat').length >= 3);
    assert.equal(link.connected, true);
    assert.deepEqual(dispatcher.registrations, [
      { protocol: PROTOCOL, instance, version: '1.0.0', mediasoup: '3.19.3' },
    ]);
    assert.equal(told[0]?.node, 'sfu-1');
    assert.deepEqual(
      dispatcher.messages.slice(0, 5).map(({ type }) => type),
      ['hello', 'rooms', 'heartbeat', 'heartbeat', 'heartbeat'],
    );
    assert.deepEqual(
      dispatcher
        .all('heartbeat')
        .slice(0, 3)
        .map(({ seq }) => seq),
      [1, 2, 3],
    );
  });

  test('begins anew when the dispatcher comes back, with a new registration', async (t) => {
    const dispatcher = await FakeDispatcher.start(t, assignment());
    const link = linkTo(t, dispatcher.url);
    await until('connected', () => link.connected);
    dispatcher.close();
    await until('the loss is noticed', () => !link.connected);
    dispatcher.messages.length = 0;
    await dispatcher.listen();
    await until('a heartbeat comes', () => dispatcher.all('heartbeat').length > 0);
    assert.deepEqual(
      dispatcher.messages.slice(0, 3).map(({ type }) => type),
      ['hello', 'rooms', 'heartbeat'],
    );
    assert.equal(dispatcher.all('heartbeat')[0]?.seq, 1);
    assert.ok(dispatcher.registrations.length >= 2);
  });

  test('waits for a dispatcher that is not there yet', async (t) => {
    const dispatcher = await FakeDispatcher.start(t, assignment());
    dispatcher.close();
    const link = linkTo(t, dispatcher.url);
    await dispatcher.listen();
    await until('connected', () => link.connected);
  });

  test('says goodbye as the last thing', async (t) => {
    const dispatcher = await FakeDispatcher.start(t, assignment());
    const link = linkTo(t, dispatcher.url);
    await until('connected', () => link.connected);
    await link.close({ type: 'bye', reason: 'drained', rooms: 0 });
    assert.deepEqual(dispatcher.messages.at(-1), { type: 'bye', reason: 'drained', rooms: 0 });
    assert.equal(link.connected, false);
  });

  test('does not connect where the answer to its registration is of another version', async (t) => {
    let asked = 0;
    let upgrades = 0;
    const server = createServer((_, response) => {
      asked++;
      response.end(JSON.stringify({ protocol: 2, assignment: assignment() }));
    });
    server.on('upgrade', (_, socket) => {
      upgrades++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(8099, loopback(249), resolve));
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    linkTo(t, new URL(`http://${loopback(249)}:8099`));
    await until('it tried again', () => asked >= 2);
    assert.equal(upgrades, 0);
  });
});
