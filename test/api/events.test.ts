/** The stream of events over real connections on loopback. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { WebSocket } from 'ws';
import { ENVELOPE, EVENT_SCHEMAS, STREAM_SCHEMAS } from '../../src/api/event-schemas.ts';
import { MAX_MESSAGE_BYTES } from '../../src/api/events/reader.ts';
import type { AnyEvent } from '../../src/events/events.ts';
import type { EventStreamOptions } from '../../src/events/stream.ts';
import { SMALL, smallServer } from '../fixtures/cluster.ts';
import { until } from '../media-node/support.ts';

interface Item extends Readonly<Record<string, unknown>> {
  readonly type: string;
  readonly epoch: string;
  readonly seq: number;
}

async function server(t: TestContext, options: EventStreamOptions = {}) {
  const { app, events } = await smallServer(SMALL, 'memory', undefined, options);
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => {
    // Clients keep connections on which nothing was ever asked.
    app.server.closeAllConnections();
    return app.close();
  });
  const { port } = app.server.address() as AddressInfo;
  const address = `127.0.0.1:${port}/v1/events`;
  const connect = async (query = '', wsOptions = {}) => {
    const client = new Client(new WebSocket(`ws://${address}${query}`, wsOptions));
    t.after(() => client.socket.terminate());
    await until('the stream is open', () => client.heard.length > 0 || client.closed !== undefined);
    return client;
  };
  const follow = async (query = '', headers = {}) => {
    const stop = new AbortController();
    const answer = await fetch(`http://${address}${query}`, { headers, signal: stop.signal });
    const lines: string[] = [];
    const read = async () => {
      for await (const text of answer.body!.pipeThrough(new TextDecoderStream())) lines.push(text);
    };
    const done = read().catch(() => undefined);
    const leave = async () => {
      stop.abort();
      await done;
    };
    t.after(leave);
    return { answer, text: () => lines.join(''), leave, done };
  };
  const claim = (room: string) => app.inject({ method: 'PUT', url: `/v1/rooms/${room}` });
  return { app, events, connect, follow, claim, address };
}

class Client {
  readonly heard: Item[] = [];
  beats = 0;
  closed: { code: number; reason: string } | undefined;

  constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      const item: Item = JSON.parse(data.toString());
      if (item.type === 'stream.heartbeat') this.beats++;
      else this.heard.push(item);
    });
    socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    socket.on('error', () => undefined);
  }

  get types(): string[] {
    return this.heard.map(({ type }) => type);
  }

  async end() {
    await until('the connection is closed', () => this.closed !== undefined);
    return this.closed!;
  }
}

/** So many long events are more than the buffers of the system take and the short history keeps. */
const ENOUGH = 100;
const LONG = 'x'.repeat(256 * 1024);
const SHORT = { events: 20, bytes: 1e9 };

const degraded = (why: string): AnyEvent => ({ type: 'store.degraded', at: 1, why });

describe('GET /v1/events over a WebSocket', () => {
  test('tells what happens, numbered, as it is described', async (t) => {
    const { app, connect, claim } = await server(t);
    const client = await connect();
    await claim('standup');
    await app.inject({ method: 'DELETE', url: '/v1/rooms/standup' });
    await app.inject({ method: 'POST', url: '/v1/nodes/sfu-1/drain' });
    await until('all is told', () => client.heard.length === 4);
    assert.deepEqual(client.types, ['stream.open', 'room.claimed', 'room.released', 'topology.changed']);
    assert.deepEqual(
      client.heard.map(({ seq }) => seq),
      [0, 1, 2, 3],
    );
    const changes = [{ what: 'changed', part: 'node', id: 'sfu-1', fields: ['state'] }];
    assert.deepEqual(client.heard[3]?.changes, changes);
    const ajv = new Ajv2020({ strict: false });
    const schemas = [...Object.values(EVENT_SCHEMAS), ...Object.values(STREAM_SCHEMAS)].map((schema) =>
      ajv.compile({
        ...schema,
        properties: { ...ENVELOPE, ...schema.properties },
        additionalProperties: false,
      }),
    );
    for (const item of client.heard)
      assert.equal(schemas.filter((fits) => fits(item)).length, 1, JSON.stringify(item));
  });

  test('resumes without a gap, and says so where there is one', async (t) => {
    const { connect, claim, events } = await server(t, { history: { events: 3, bytes: 1e6 } });
    const first = await connect();
    await claim('a');
    await until('it is told', () => first.heard.length === 2);
    const { epoch } = first.heard[0]!;
    first.socket.terminate();
    await claim('b');
    await claim('c');
    const again = await connect(`?after=${epoch}:1`);
    await until('it is told', () => again.heard.length === 3);
    assert.deepEqual(
      again.heard.map(({ type, room }) => room ?? type),
      ['stream.open', 'b', 'c'],
    );
    for (let i = 0; i < 3; i++) events.emit(degraded('x'));
    const late = await connect(`?after=${epoch}:1`);
    const gap = late.heard[0]!;
    assert.deepEqual([gap.type, gap.why, gap.asked, gap.seq], ['stream.gap', 'too-old', `${epoch}:1`, 6]);
    assert.match(String(gap.hint), /by REST .*events after 6 follow/);
    events.emit(degraded('next'));
    await until('it goes on', () => late.heard.length === 2);
    assert.equal(late.heard[1]?.seq, 7);
  });

  test('filters by query, and by message from then on', async (t) => {
    const { connect, claim, app } = await server(t);
    const client = await connect('?kind=room.&room=a&room=b');
    for (const room of ['a', 'c', 'b']) await claim(room);
    await until('two are told', () => client.heard.length === 3);
    assert.deepEqual(
      client.heard.slice(1).map(({ room }) => room),
      ['a', 'b'],
    );
    client.socket.send(JSON.stringify({ type: 'subscribe', kinds: ['topology.'], nodes: ['sfu-2'] }));
    await until('it is heard', () => client.types.filter((type) => type === 'stream.open').length === 2);
    for (const node of ['sfu-1', 'sfu-2'])
      await app.inject({ method: 'POST', url: `/v1/nodes/${node}/drain` });
    await until('one is told', () => client.heard.length === 5);
    assert.deepEqual([client.heard[4]?.type, client.heard[4]?.seq], ['topology.changed', 5]);
    const { epoch } = client.heard[0]!;
    client.socket.send(JSON.stringify({ type: 'subscribe', rooms: ['c'], after: `${epoch}:0` }));
    await until('what was before is told', () => client.heard.at(-1)?.room === 'c');
  });

  const wrong: [string, (client: Client) => void, number, RegExp][] = [
    ['what is no JSON', (c) => c.socket.send('{'), 4400, /not a subscribe message/],
    ['a binary frame', (c) => c.socket.send(Buffer.from('{"type":"subscribe"}')), 4400, /not a subscribe/],
    ['a kind that there is not', (c) => say(c, { kinds: ['rooms.'] }), 4400, /"rooms\."/],
    ['too many nodes', (c) => say(c, { nodes: Array(1001).fill('n') }), 4400, /not a subscribe/],
    ['a member that there is not', (c) => say(c, { roms: ['a'] }), 4400, /not a subscribe/],
    ['a place that is none', (c) => say(c, { after: 'x:1' }), 4400, /not a subscribe/],
    ['a message that is too large', (c) => c.socket.send('x'.repeat(MAX_MESSAGE_BYTES + 1)), 1009, /large/],
    ['a flood', (c) => Array.from({ length: 50 }, () => say(c, {})), 4429, /too many messages/],
  ];
  for (const [what, act, code, reason] of wrong) {
    test(`ends with ${what}, and others go on`, async (t) => {
      const { connect, claim } = await server(t);
      const other = await connect();
      const client = await connect();
      act(client);
      const closed = await client.end();
      assert.equal(closed.code, code, closed.reason);
      assert.match(closed.reason, reason);
      await claim('a');
      await until('the other is told', () => other.types.includes('room.claimed'));
    });
  }

  test('is refused for what the query cannot mean, to other origins, and beyond the limit', async (t) => {
    const { address, connect } = await server(t, { maxSubscribers: 1 });
    const refusal = async (query: string, options = {}) => {
      const socket = new WebSocket(`ws://${address}${query}`, options);
      const [error] = (await once(socket, 'error')) as [Error];
      return error.message;
    };
    assert.match(await refusal('?kind=x.'), /400/);
    assert.match(await refusal('?after=1'), /400/);
    assert.match(await refusal('?colour=red'), /400/);
    assert.match(await refusal('', { origin: 'http://evil.example' }), /403/);
    const client = await connect();
    assert.match(await refusal(''), /503/);
    client.socket.close();
    await until('there is room again', async () => (await connect()).closed === undefined);
  });

  test('lets go of who does not read, with a reason, while others get everything', async (t) => {
    const { connect, events } = await server(t, { history: SHORT });
    const slow = await connect();
    slow.socket.pause();
    const other = await connect();
    for (let sent = 1; sent <= ENOUGH; sent++) {
      events.emit(degraded(LONG));
      while (other.heard.length <= sent) await once(other.socket, 'message');
    }
    slow.socket.resume();
    const { code } = await slow.end();
    assert.ok(code === 1013 || code === 1006, String(code));
    assert.equal(other.closed, undefined);
  });

  test('beats, and ends with who answers no ping', async (t) => {
    const { connect } = await server(t, { heartbeat: 150 });
    const client = await connect();
    await until('it beats', () => client.beats >= 3);
    assert.equal(client.closed, undefined);
    const deaf = await connect('', { autoPong: false });
    assert.equal((await deaf.end()).code, 1006);
  });
});

describe('GET /v1/events as server-sent events', () => {
  test('tells the same, and resumes by Last-Event-ID', async (t) => {
    // Longer than the test: a heartbeat has another form.
    const { follow, claim } = await server(t, { heartbeat: 300_000 });
    const first = await follow('?kind=room.claimed');
    assert.equal(first.answer.headers.get('content-type'), 'text/event-stream');
    assert.equal(first.answer.headers.get('cache-control'), 'no-store');
    await claim('a');
    await until('it is told', () => first.text().includes('"room":"a"'));
    const id = /^id: (\S+:1)$/m.exec(first.text())?.[1];
    assert.ok(id, first.text());
    await first.leave();
    await claim('b');
    const again = await follow('?kind=room.claimed', { 'last-event-id': id });
    await until('it is told', () => again.text().includes('"room":"b"'));
    assert.doesNotMatch(again.text(), /"room":"a"/);
    for (const block of again.text().trimEnd().split('\n\n'))
      assert.match(block, /^id: [0-9a-f]{12}:\d+\ndata: \{.*\}$/);
  });

  test('beats by comments that carry the place', async (t) => {
    const { follow } = await server(t, { heartbeat: 150 });
    const { text } = await follow();
    await until('it beats', () => /^: heartbeat\nid: [0-9a-f]{12}:0\n$/m.test(text()));
  });

  test('ends when the server stops', async (t) => {
    const { follow, app } = await server(t);
    const { done } = await follow();
    await app.close();
    await done;
  });

  test('frees its place when its reader leaves', async (t) => {
    const { follow } = await server(t, { maxSubscribers: 1 });
    const first = await follow();
    const second = await follow();
    assert.equal(second.answer.status, 503);
    await first.leave();
    await until('there is room again', async () => {
      const next = await follow();
      if (next.answer.status !== 200) return false;
      await next.leave();
      return true;
    });
  });

  test('a reader that does not read is cut off, and others are told', async (t) => {
    const { follow, events, address } = await server(t, { history: SHORT });
    const stop = new AbortController();
    t.after(() => stop.abort());
    const unread = await fetch(`http://${address}`, { signal: stop.signal });
    const other = await follow('?kind=store.recovered');
    for (let sent = 0; sent < ENOUGH; sent++) {
      events.emit(degraded(LONG));
      await setImmediate();
    }
    events.emit({ type: 'store.recovered', at: 1, seconds: 1, restored: false, brought: 0, conflicts: 0 });
    await until('the other is told', () => other.text().includes('store.recovered'));
    const text = await unread.text().catch(() => '');
    assert.ok(text.split('\n\n').length < ENOUGH, 'it got everything');
  });

  test('says by HEAD what GET would, and holds no place for whoever asked', async (t) => {
    const { app } = await smallServer(SMALL, 'memory', undefined, { maxSubscribers: 1 });
    t.after(() => app.close());
    for (let i = 0; i < 3; i++) {
      const { statusCode, headers, body } = await app.inject({ method: 'HEAD', url: '/v1/events' });
      assert.deepEqual([statusCode, headers['content-type'], body], [200, 'text/event-stream', '']);
    }
    const unknown = await app.inject({ method: 'HEAD', url: '/v1/events?kind=nothing' });
    assert.equal(unknown.statusCode, 400);
  });

  test('is refused in another form', async (t) => {
    const { app } = await server(t);
    const answer = await app.inject({ url: '/v1/events', headers: { accept: 'application/json' } });
    assert.equal(answer.statusCode, 406);
    const wrong = await app.inject({ url: '/v1/events', headers: { 'last-event-id': 'x' } });
    assert.equal(wrong.statusCode, 400);
  });
});

function say(client: Client, members: object): void {
  client.socket.send(JSON.stringify({ type: 'subscribe', ...members }));
}
