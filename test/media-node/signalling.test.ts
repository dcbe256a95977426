/** Signalling of a real media node: rooms, transports, media, and what happens to those who are wrong here. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { Assignment } from '../../src/media-node/protocol.ts';
import { selfSigned } from '../lab/echo-node.ts';
import { Client } from './client.ts';
import { FakeDispatcher } from './fake-dispatcher.ts';
import { addressOf, assignment, loopback, NO_WORKER, startNode, until } from './support.ts';

const skip = NO_WORKER;

interface Joined {
  participant: string;
  rtpCapabilities: object;
  producers: { producer: string; participant: string; kind: string }[];
}

async function start(t: TestContext, changes: Partial<Assignment> = {}, dispatched = false, ping = 15) {
  const assigned = assignment(changes);
  const dispatcher = dispatched ? await FakeDispatcher.start(t, assigned) : undefined;
  const node = await startNode(t, assigned, {
    dispatchers: dispatcher ? [dispatcher.url] : [],
    timings: { ping },
  });
  const base = `${addressOf(assigned)}:${assigned.signallingPort}`;
  return { node, dispatcher, base, url: `ws://${base}/n/sfu-1/` };
}

const opus = (ssrc: number) => ({
  mid: '0',
  codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
  encodings: [{ ssrc }],
  rtcp: { cname: 'test' },
});

const openssl = spawnSync('openssl', ['version']).status === 0;

describe('TLS that ends on the node', { skip: openssl ? skip : 'openssl is not installed' }, () => {
  test('signalling proves itself by the certificate, and is no plain WebSocket', async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'roomlb-signalling-'));
    t.after(() => rm(folder, { recursive: true }));
    const { cert, key } = await selfSigned(folder, 'sfu-1.example.net');
    const identity = { certificate: await readFile(cert), key: await readFile(key) };
    const assigned = assignment({ tls: 'passthrough' });
    await startNode(t, assigned, { tls: identity });
    const base = `${addressOf(assigned)}:${assigned.signallingPort}/n/sfu-1/`;
    const trust = { ca: identity.certificate, servername: 'sfu-1.example.net' };
    const client = await Client.connect(t, `wss://${base}`, trust);
    await client.get('join', { room: 'private' });
    await assert.rejects(
      Client.connect(t, `wss://${base}`, { servername: 'sfu-1.example.net' }),
      /self-signed/,
    );
    await assert.rejects(Client.connect(t, `ws://${base}`));
  });
});

describe('in a room', { skip }, () => {
  test('one produces, the other consumes, and both hear of each other', async (t) => {
    const { node, url } = await start(t);
    const alice = await Client.connect(t, url);
    const bob = await Client.connect(t, url);
    const { participant: aliceId, rtpCapabilities } = await alice.get<Joined>('join', { room: 'standup' });
    const { participant: bobId } = await bob.get<Joined>('join', { room: 'standup' });
    await until('Alice hears of Bob', () =>
      alice.events.some(({ event, data }) => event === 'participant' && data.participant === bobId),
    );

    const { transport } = await alice.get('create-transport');
    const { producer } = await alice.get('produce', { transport, kind: 'audio', rtpParameters: opus(1) });
    await until('Bob hears of the producer', () => bob.events.some(({ event }) => event === 'producer'));
    assert.deepEqual(bob.events.find(({ event }) => event === 'producer')?.data, {
      producer,
      participant: aliceId,
      kind: 'audio',
    });

    const receiving = await bob.get('create-transport');
    const consumed = await bob.get('consume', { transport: receiving.transport, producer, rtpCapabilities });
    assert.equal(consumed.producer, producer);
    assert.equal(consumed.kind, 'audio');
    await bob.get('resume', { consumer: consumed.consumer });
    assert.deepEqual([node.status().producers, node.status().consumers], [1, 1]);

    const carol = await Client.connect(t, url);
    const { producers } = await carol.get<Joined>('join', { room: 'standup' });
    assert.deepEqual(producers, [{ producer, participant: aliceId, kind: 'audio' }]);

    await alice.get('close-producer', { producer });
    await until('Bob hears of its end', () => bob.events.some(({ event }) => event === 'producer-closed'));
    assert.deepEqual([node.status().producers, node.status().consumers], [0, 0]);
    alice.socket.close();
    await until('Bob hears that Alice left', () =>
      bob.events.some(({ event, data }) => event === 'participant-left' && data.participant === aliceId),
    );
  });

  test('rooms are spread over the workers, a burst of them too', async (t) => {
    const { node, url } = await start(t);
    const clients = await Promise.all(Array.from({ length: 8 }, () => Client.connect(t, url)));
    await Promise.all(clients.map((client, i) => client.get('join', { room: `room-${i}` })));
    assert.deepEqual(
      node.status().workers.map(({ rooms }) => rooms),
      [4, 4],
    );
  });

  test('many who join a new room at once are in one room', async (t) => {
    const { node, url } = await start(t);
    const clients = await Promise.all(Array.from({ length: 10 }, () => Client.connect(t, url)));
    await Promise.all(clients.map((client) => client.get('join', { room: 'together' })));
    assert.deepEqual([node.status().rooms, node.status().participants], [1, 10]);
  });

  test('a client that is gone before it is in leaves no room behind', async (t) => {
    const { node, url } = await start(t, { mediaPorts: { first: 40000, last: 40000 } });
    const pid = node.status().workers[0]!.pid!;
    const ghost = await Client.connect(t, url);
    // The room takes until the worker goes on, which is after the client has gone.
    process.kill(pid, 'SIGSTOP');
    try {
      void ghost.ask('join', { room: 'ghost' });
      // When another one is answered, the node is at it.
      const other = await Client.connect(t, url);
      await other.ask('join', {});
      ghost.socket.close();
      await until('it has gone', () => ghost.closed !== undefined);
      await other.ask('join', {});
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    // One worker does one thing after another: when this room is open, the other has been.
    const last = await Client.connect(t, url);
    await last.get('join', { room: 'last' });
    assert.deepEqual([node.status().rooms, node.status().participants], [1, 1]);
  });

  test('a client that answers no ping is dropped, and its room with it; one that does stays', async (t) => {
    const { node, url } = await start(t, {}, false, 0.2);
    const gone = await Client.connect(t, url, { autoPong: false });
    await gone.get('join', { room: 'gone' });
    const here = await Client.connect(t, url);
    await here.get('join', { room: 'here' });
    await until('the room is closed', () => node.status().rooms === 1);
    assert.equal(gone.closed, 1006);
    assert.equal(here.closed, undefined);
  });

  const wrong: [string, string, object, string][] = [
    ['a method that does not exist', 'fly', {}, 'bad-request'],
    ['a room name with a control character', 'join', { room: 'a\u0000b' }, 'bad-request'],
    ['a room name of 257 bytes', 'join', { room: 'é'.repeat(129) }, 'bad-request'],
    ['no room name', 'join', {}, 'bad-request'],
    ['a transport before a room', 'create-transport', {}, 'not-joined'],
  ];
  for (const [what, method, data, code] of wrong) {
    test(`${what} is an error with its reason, and the connection goes on`, { skip }, async (t) => {
      const { url } = await start(t);
      const client = await Client.connect(t, url);
      assert.equal((await client.ask(method, data)).error?.code, code);
      await client.get('join', { room: 'fine' });
      assert.equal((await client.ask('join', { room: 'fine' })).error?.code, 'already-joined');
      const transport = 'no-such-thing';
      const rtpParameters = opus(1);
      const unknown = await client.ask('produce', { transport, kind: 'audio', rtpParameters });
      assert.equal(unknown.error?.code, 'unknown-object');
    });
  }

  test('what mediasoup refuses is an error with its reason', async (t) => {
    const { url } = await start(t);
    const client = await Client.connect(t, url);
    await client.get('join', { room: 'fine' });
    const { transport } = await client.get('create-transport');
    const refused = await client.ask('produce', { transport, kind: 'audio', rtpParameters: { codecs: 7 } });
    assert.equal(refused.error?.code, 'refused');
    const dtls = await client.ask('connect-transport', { transport, dtlsParameters: { fingerprints: [] } });
    assert.equal(dtls.error?.code, 'refused');
  });

  test('transports have a limit', async (t) => {
    const { url } = await start(t);
    const client = await Client.connect(t, url);
    await client.get('join', { room: 'fine' });
    const codes: (string | undefined)[] = [];
    for (let i = 0; i < 9; i++) codes.push((await client.ask('create-transport')).error?.code);
    assert.deepEqual(codes, [...Array<undefined>(8).fill(undefined), 'limit']);
  });

  test('what is no request ends the connection', async (t) => {
    const { url } = await start(t);
    const client = await Client.connect(t, url);
    client.socket.send('hello?');
    await until('closed', () => client.closed === 4400);
  });
});

describe('on the wrong node', { skip }, () => {
  test('a path that names another node is told how to reach that one', async (t) => {
    const { dispatcher, base } = await start(t, {}, true);
    dispatcher!.answers.set('GET /v1/nodes/sfu-2', {
      id: 'sfu-2',
      addresses: ['127.0.0.2', '::1'],
      signallingPort: 4444,
    });
    const urls = ['ws://127.0.0.2:4444/n/sfu-2/', 'ws://[::1]:4444/n/sfu-2/'];
    const client = await Client.connect(t, `ws://${base}/n/sfu-2/`);
    await until('closed', () => client.closed === 4421);
    assert.deepEqual(client.events, [{ event: 'elsewhere', data: { node: 'sfu-2', urls } }]);

    const answer = await fetch(`http://${base}/n/sfu-2/`);
    assert.equal(answer.status, 421);
    const body = (await answer.json()) as { node: string; urls: string[] };
    assert.deepEqual([body.node, body.urls], ['sfu-2', urls]);
  });

  test('where no dispatcher knows that node, it is still said that it is not this one', async (t) => {
    const { base } = await start(t);
    const client = await Client.connect(t, `ws://${base}/n/sfu-9/`);
    await until('closed', () => client.closed === 4421);
    assert.deepEqual(client.events, [{ event: 'elsewhere', data: { node: 'sfu-9', urls: [] } }]);
  });

  test('a new room that belongs to another node is not opened here', async (t) => {
    const { node, dispatcher, url } = await start(t, {}, true);
    const there = `ws://${loopback(254)}/n/sfu-2/`;
    dispatcher!.answers.set('PUT /v1/rooms/caf%C3%A9%2F1', {
      node: { id: 'sfu-2' },
      signalling: { url: there },
    });
    const client = await Client.connect(t, url);
    const { error } = await client.ask('join', { room: 'café/1' });
    assert.ok(error);
    assert.equal(error.code, 'elsewhere');
    assert.deepEqual([error.node, error.urls], ['sfu-2', [there]]);
    await until('closed', () => client.closed === 4421);
    assert.equal(node.status().rooms, 0);
  });

  test('a room that belongs here is opened, and a live one is joined without asking again', async (t) => {
    const { dispatcher, url } = await start(t, {}, true);
    for (let i = 0; i < 2; i++) {
      const client = await Client.connect(t, url);
      await client.get('join', { room: 'mine' });
    }
    assert.deepEqual(dispatcher!.requests, ['PUT /v1/rooms/mine']);
  });

  test('a room that the dispatcher has no place for is not opened here either', async (t) => {
    const { node, dispatcher, url } = await start(t, {}, true);
    dispatcher!.answers.set('PUT /v1/rooms/one-too-many', { status: 503, detail: 'all nodes are full' });
    const client = await Client.connect(t, url);
    const { error } = await client.ask('join', { room: 'one-too-many' });
    assert.equal(error?.code, 'unavailable');
    assert.match(error.message, /all nodes are full/);
    assert.equal(node.status().rooms, 0);
  });

  test('where no dispatcher answers, the client that names this node is believed', async (t) => {
    const { node, dispatcher, url } = await start(t, {}, true);
    dispatcher!.close();
    const client = await Client.connect(t, url);
    await client.get('join', { room: 'anyway' });
    assert.equal(node.status().rooms, 1);
  });

  test('other paths are not found, and a plain request is told to upgrade', async (t) => {
    const { base } = await start(t);
    assert.equal((await fetch(`http://${base}/`)).status, 404);
    assert.equal((await fetch(`http://${base}/n/sfu-1/`)).status, 426);
    await assert.rejects(Client.connect(t, `ws://${base}/`), /404/);
  });

  test('who has asked for nothing holds no node that stops, and who was not found keeps no connection', async (t) => {
    const { node, base } = await start(t);
    const [host = '', port] = base.split(':');
    const open = async () => {
      const socket = connect({ host, port: Number(port), allowHalfOpen: true });
      t.after(() => socket.destroy());
      const seen = { ended: false, refused: false };
      socket.on('end', () => (seen.ended = true)).on('error', () => (seen.refused = true));
      await once(socket.resume(), 'connect');
      return { socket, seen };
    };
    const lost = await open();
    const upgrade = 'connection: Upgrade\r\nupgrade: websocket\r\n';
    lost.socket.write(`GET /nowhere HTTP/1.1\r\nhost: ${base}\r\n${upgrade}\r\n`);
    await until('it is told', () => lost.seen.ended);
    await until('it is not heard any more', () => {
      lost.socket.write('.');
      return lost.seen.refused;
    });
    const silent = await open();
    await node.stop();
    await until('it is let go', () => silent.seen.ended || silent.seen.refused);
  });
});
