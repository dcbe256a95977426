/** Registration and reports of media nodes, over real connections on loopback. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { buildServer } from '../../src/api/server.ts';
import { Dispatcher } from '../../src/dispatcher/dispatcher.ts';
import { TopologyEditor } from '../../src/dispatcher/topology-editor.ts';
import type { AnyEvent } from '../../src/events/events.ts';
import { ANONYMOUS } from '../../src/http/access.ts';
import { DispatcherLink } from '../../src/media-node/dispatcher-link.ts';
import { CLOSE, MAX_FRAME_BYTES, type Assignment, type NodeMessage } from '../../src/media-node/protocol.ts';
import { NodeRegistry } from '../../src/nodes/registry.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { TARGETS } from '../../src/targets/registry.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';
import { quiet, until } from '../media-node/support.ts';
import { heartbeatSaid, helloSaid, INSTANCE, OTHER, roomsSaid, statusSaid } from '../nodes/said.ts';

const registration = { protocol: 1, instance: INSTANCE, version: '0.1.0', mediasoup: '3.19.3' };

async function server(t: TestContext, interval = '100ms') {
  const topology = parse(`${SMALL}\nhealth: { interval: ${interval}, timeout: 50ms }`);
  const events: AnyEvent[] = [];
  const store = memoryStore();
  const registry = new NodeRegistry({
    topology,
    events: { emit: (event) => void events.push(event) },
    now: Date.now,
  });
  const dispatcher = new Dispatcher(store.claims, topology, { live: registry.live });
  dispatcher.onChange(() => registry.update(dispatcher.declared));
  const app = await buildServer({
    dispatcher,
    editor: new TopologyEditor(store.topology, dispatcher),
    targets: TARGETS,
    ready: () => Promise.resolve(undefined),
    nodes: { registry, now: Date.now },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const connect = async (node = 'sfu-1', options = {}) => {
    const client = new Client(new WebSocket(`ws://127.0.0.1:${port}/v1/nodes/${node}/heartbeat`, options));
    t.after(() => client.socket.terminate());
    await once(client.socket, 'open');
    return client;
  };
  return { app, registry, dispatcher, events, connect, port, url: new URL(`http://127.0.0.1:${port}`) };
}

/** A node's end of a connection, by hand. */
class Client {
  readonly heard: unknown[] = [];
  closed: { code: number; reason: string } | undefined;

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.heard.push(JSON.parse(data.toString())));
    socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    socket.on('error', () => undefined);
  }

  say(message: NodeMessage | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  async end(): Promise<{ code: number; reason: string }> {
    await until('the connection is closed', () => this.closed !== undefined);
    return this.closed!;
  }
}

describe('PUT /v1/nodes/{id}/registration', () => {
  const rows: [string, string, object, number, string][] = [
    ['a node of the topology', 'sfu-1', registration, 200, ''],
    ['one that is not there', 'nobody', registration, 404, 'no-such-entity'],
    ['one of another kind', 'jan-1', registration, 422, 'not-a-media-node'],
    ['another version', 'sfu-1', { ...registration, protocol: 2 }, 400, 'invalid-registration'],
    ['no instance', 'sfu-1', { ...registration, instance: 'x' }, 400, 'invalid-request'],
    ['members of a later version are ignored', 'sfu-1', { ...registration, colour: 'red' }, 200, ''],
  ];
  for (const [what, node, payload, status, kind] of rows) {
    test(what, async (t) => {
      const { app } = await server(t);
      const answer = await app.inject({ method: 'PUT', url: `/v1/nodes/${node}/registration`, payload });
      assert.equal(answer.statusCode, status, answer.body);
      if (status === 200) assert.equal(answer.json().assignment.node, 'sfu-1');
      else assert.equal(answer.json().type, `urn:roomlb:problem:${kind}`);
    });
  }

  test('another instance while the first is connected', async (t) => {
    const { app, connect } = await server(t);
    const client = await connect();
    client.say(helloSaid());
    await until('welcome', () => client.heard.length > 0);
    const payload = { ...registration, instance: OTHER };
    const answer = await app.inject({ method: 'PUT', url: '/v1/nodes/sfu-1/registration', payload });
    assert.equal(answer.statusCode, 409, answer.body);
    assert.match(answer.json().detail, /another instance of node sfu-1 is connected/);
  });
});

describe('the WebSocket of a node', () => {
  test('says welcome to a hello, takes reports, and shows them', async (t) => {
    const { app, connect, registry } = await server(t);
    const client = await connect();
    client.say(helloSaid());
    client.say(roomsSaid(['standup'], { reset: true }));
    client.say(heartbeatSaid({ participants: 7 }));
    await until('it is known', () => registry.report('sfu-1')?.participants === 7);
    assert.deepEqual(client.heard, [{ type: 'welcome', protocol: 1, heartbeatInterval: 0.1 }]);
    assert.equal(registry.live.find('standup')?.node, 'sfu-1');
    const { decision, node } = (await app.inject({ method: 'PUT', url: '/v1/rooms/standup' })).json();
    assert.deepEqual([decision, node.id], ['live', 'sfu-1']);
  });

  const wrong: [string, (client: Client) => void, number, RegExp][] = [
    ['what is no JSON', (client) => client.say('hello?'), CLOSE.misunderstood, /not JSON/],
    [
      'a heartbeat before hello',
      (client) => client.say(heartbeatSaid()),
      CLOSE.misunderstood,
      /before hello/,
    ],
    [
      'a binary frame',
      (client) => client.socket.send(Buffer.from(JSON.stringify(helloSaid()))),
      CLOSE.misunderstood,
      /binary/,
    ],
    [
      "another node's hello",
      (client) => client.say(helloSaid({ node: 'sfu-2' })),
      CLOSE.misunderstood,
      /sfu-2/,
    ],
    [
      'another version',
      (client) => client.say(helloSaid({ protocol: 2 })),
      CLOSE.misunderstood,
      /version 2 is not 1/,
    ],
    [
      'a second hello',
      (client) => {
        client.say(helloSaid());
        client.say(helloSaid());
      },
      CLOSE.misunderstood,
      /second hello/,
    ],
    [
      'a room that cannot be',
      (client) => {
        client.say(helloSaid());
        client.say(roomsSaid(['a\u0000b']));
      },
      CLOSE.misunderstood,
      /room name/,
    ],
    ['a message that is too large', (client) => client.say(`"${'x'.repeat(MAX_FRAME_BYTES)}"`), 1009, /^$/],
  ];
  for (const [what, act, code, reason] of wrong) {
    test(`ends with ${what}`, async (t) => {
      const { connect } = await server(t);
      const client = await connect();
      act(client);
      const closed = await client.end();
      assert.equal(closed.code, code, closed.reason);
      assert.match(closed.reason, reason);
    });
  }

  test('is not opened for nodes that are not there, nor by web pages, nor without an upgrade', async (t) => {
    const { connect, app } = await server(t);
    await assert.rejects(connect('nobody'), /404/);
    await assert.rejects(connect('jan-1'), /422/);
    await assert.rejects(connect('sfu-1', { origin: 'http://evil.example' }), /403/);
    const plain = await app.inject('/v1/nodes/sfu-1/heartbeat');
    assert.equal(plain.statusCode, 426);
    assert.equal(plain.json().type, 'urn:roomlb:problem:upgrade-required');
  });

  test('is refused with a problem that says why', async (t) => {
    const { port } = await server(t);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/nodes/nobody/heartbeat`);
    const [, response] = (await once(socket, 'unexpected-response')) as [
      unknown,
      import('node:http').IncomingMessage,
    ];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    assert.match(String(response.headers['content-type']), /problem\+json/);
    assert.match(Buffer.concat(chunks).toString(), /the topology has no node nobody/);
  });

  test('no more than three connections of a node are open at once', async (t) => {
    const { connect } = await server(t);
    const clients = [await connect(), await connect(), await connect()];
    await assert.rejects(connect(), /429/);
    await connect('sfu-2');
    clients[0]!.socket.close();
    await clients[0]!.end();
    await until('there is room again', () =>
      connect().then(
        () => true,
        () => false,
      ),
    );
  });

  test('ends when nothing is heard, and the node is told lost', async (t) => {
    const { connect, events } = await server(t);
    const client = await connect();
    client.say(helloSaid());
    assert.equal((await client.end()).code, 1006);
    await until('it is told', () => events.some(({ type }) => type === 'node.disconnected'));
  });

  test('a flood is slowed down, not lost', async (t) => {
    const { connect, registry, app } = await server(t, '5s');
    const client = await connect();
    client.say(helloSaid());
    for (let i = 0; i < 3000; i++) client.say(roomsSaid([`room-${i}`]));
    await until('it is not read any more', () =>
      [...app.websocketServer.clients].some((socket) => socket.isPaused),
    );
    await until('all is known', () => registry.live.count('sfu-1') === 3000);
    assert.equal(client.closed, undefined);
  });

  test('a change of its share by REST makes it register again, a drain does not', async (t) => {
    const { app, connect } = await server(t);
    const client = await connect();
    client.say(helloSaid());
    await until('welcome', () => client.heard.length > 0);
    const beat = setInterval(() => client.say(heartbeatSaid()), 100);
    t.after(() => clearInterval(beat));
    await app.inject({ method: 'POST', url: '/v1/nodes/sfu-1/drain' });
    assert.equal(client.closed, undefined);
    const payload = { mediaPorts: '40010-40011' };
    await app.inject({ method: 'PATCH', url: '/v1/nodes/sfu-1', payload });
    assert.equal((await client.end()).code, CLOSE.reassigned);
  });

  test('the server stops with connections open, answered or not', async (t) => {
    const { app, connect } = await server(t);
    const client = await connect();
    client.say(helloSaid());
    const hung = await connect('sfu-2');
    hung.socket.pause();
    await app.close();
    assert.deepEqual(await client.end(), { code: CLOSE.goingAway, reason: 'the dispatcher stops' });
  });
});

describe("a media node's own link", () => {
  test('registers, greets, beats, and comes again when it is sent away', async (t) => {
    const { url, registry, app, events } = await server(t);
    const told: Assignment[] = [];
    const link = new DispatcherLink({
      access: ANONYMOUS,
      url,
      node: 'sfu-1',
      registration,
      retry: { first: 0.05, most: 0.2 },
      logger: quiet,
      greeting: () => [helloSaid(), roomsSaid(['standup'], { reset: true })],
      status: () => statusSaid({ participants: 3 }),
      onAssignment: (assignment) => told.push(assignment),
    });
    t.after(() => link.close({ type: 'bye', reason: 'stopped', rooms: 0 }));
    link.start();
    await until('heartbeats come', () => registry.report('sfu-1')?.participants === 3);
    assert.equal(registry.live.find('standup')?.node, 'sfu-1');
    const payload = { mediaPorts: '40010-40011' };
    await app.inject({ method: 'PATCH', url: '/v1/nodes/sfu-1', payload });
    await until('it has registered again', () => told.length === 2);
    assert.deepEqual(told[1]?.mediaPorts, { first: 40010, last: 40011 });
    await until('it is connected again', () => registry.report('sfu-1')?.connected === true);
    assert.equal(registry.reported.last('sfu-1')?.state, 'failing', 'it still serves the old ports');
    await link.close({ type: 'bye', reason: 'stopped', rooms: 1 });
    await until('it has left', () => registry.report('sfu-1')?.phase === 'left');
    assert.deepEqual(
      events.map(({ type }) => type),
      ['node.connected', 'node.disconnected', 'node.connected', 'node.left'],
    );
  });
});
