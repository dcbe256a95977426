/** The client against real servers on loopback. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { RoomlbClient, RoomlbError, type StreamItem } from '../../src/client/index.ts';
import { SseParser, type SseMessage } from '../../src/client/sse.ts';
import type { EventStreamOptions } from '../../src/events/stream.ts';
import { VERSION } from '../../src/version.ts';
import { SMALL, smallServer } from '../fixtures/cluster.ts';
import { until } from '../media-node/support.ts';
import { roomlb } from '../cli/roomlb.ts';

async function server(t: TestContext, options: EventStreamOptions = {}) {
  const { app, events } = await smallServer(SMALL, 'memory', undefined, options);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const stop = () => {
    app.server.closeAllConnections();
    return app.close();
  };
  t.after(stop);
  return { app, events, stop, url: urlOf(app.server) };
}

function urlOf(listening: Server): string {
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

/** A port on which nobody listens. */
const NOBODY = 'http://127.0.0.1:9';

function follow(t: TestContext, client: RoomlbClient, options = {}) {
  const stop = new AbortController();
  const items: StreamItem[] = [];
  const read = async () => {
    for await (const item of client.events({ ...options, signal: stop.signal })) items.push(item);
  };
  const done = read();
  t.after(() => stop.abort());
  return { items, done, stop, types: () => items.map(({ type }) => type) };
}

describe('the client', () => {
  test('claims, looks up, previews, explains and releases', async (t) => {
    const { url } = await server(t);
    const client = new RoomlbClient({ url: `${url}/` });
    assert.equal(await client.lookup('a/ü'), undefined);
    const { node } = await client.claim('a/ü', { zone: 'a' });
    assert.equal((await client.lookup('a/ü'))?.node.id, node.id);
    assert.equal((await client.explain('a/ü')).claim?.node, node.id);
    assert.equal((await client.preview(['a/ü', 'b'])).placements.length, 2);
    assert.deepEqual(
      (await client.rooms({ limit: 1 })).rooms.map(({ room }) => room),
      ['a/ü'],
    );
    assert.ok((await client.loads()).some((load) => load.node === node.id && load.rooms === 1));
    assert.equal((await client.nodes()).length, 5);
    assert.equal((await client.topology()).cluster, 'small');
    const version = { name: 'roomlb', version: VERSION, api: 'v1', cluster: 'small' };
    assert.deepEqual(await client.version(), version);
    assert.equal((await client.health()).nodes.length, 5);
    assert.equal((await client.nodeHealth('sfu-1')).node, 'sfu-1');
    assert.deepEqual([await client.release('a/ü'), await client.release('a/ü')], [true, false]);
    await assert.rejects(client.claim('b', { vip: 'nowhere' }), (error) => {
      assert.ok(error instanceof RoomlbError);
      assert.equal(error.status, 422);
      return true;
    });
  });

  test('pins rooms, lists pins and takes them away', async (t) => {
    const { url } = await server(t);
    const client = new RoomlbClient({ url });
    const made = await client.pin('a/ü', 'sfu-2');
    assert.deepEqual(made, { room: 'a/ü', node: 'sfu-2', strict: false });
    assert.deepEqual(await client.pins(), [made]);
    assert.equal((await client.claim('a/ü')).decision, 'pin');
    assert.equal((await client.pin('a/ü', 'sfu-1', true)).strict, true);
    await assert.rejects(client.pin('b', 'sfu-11'), /422/);
    assert.deepEqual([await client.unpin('a/ü'), await client.unpin('a/ü')], [true, false]);
  });

  test('reads and sets policies', async (t) => {
    const { url } = await server(t);
    const client = new RoomlbClient({ url });
    assert.equal((await client.placementPolicy()).loadBound, 1.25);
    assert.equal((await client.setPlacementPolicy({ loadBound: 'off' })).loadBound, 'off');
    assert.equal((await client.topology()).placement?.loadBound, 'off');
    const health = await client.healthPolicy();
    assert.deepEqual(await client.setHealthPolicy({ ...health, fall: 5 }), { ...health, fall: 5 });
    await assert.rejects(client.setHealthPolicy({ fall: 0 }), /422 .*\n *health\.fall/);
  });

  test('asks another dispatcher where one does not answer, and says who it is', async (t) => {
    const seen: (string | undefined)[] = [];
    const busy = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(503).end();
    });
    busy.listen(0, '127.0.0.1');
    await once(busy, 'listening');
    t.after(() => busy.close());
    const { url } = await server(t);
    const client = new RoomlbClient({ url: [NOBODY, urlOf(busy), url], token: 'secret' });
    assert.ok(await client.claim('a'));
    assert.deepEqual(seen, ['Bearer secret']);
    const alone = new RoomlbClient({ url: [NOBODY, urlOf(busy)] });
    await assert.rejects(alone.claim('a'), /503/);
  });

  test('takes only base URLs', () => {
    for (const url of ['x', 'ftp://a', 'http://u:p@a', 'http://a/?q', []])
      assert.throws(() => new RoomlbClient({ url }), TypeError);
  });

  test('is of nothing but itself, so that browsers can have it', () => {
    const { outputFiles, metafile } = buildSync({
      entryPoints: ['src/client/index.ts'],
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
      metafile: true,
    });
    assert.deepEqual(
      Object.keys(metafile.inputs).filter((path) => path.includes('node_modules')),
      [],
    );
    assert.ok(outputFiles[0]!.contents.length < 64 * 1024);
  });
});

describe('the events of the client', () => {
  test('pass the filter', async (t) => {
    const { url } = await server(t);
    const client = new RoomlbClient({ url });
    const { items, types, stop, done } = follow(t, client, { kinds: ['room.'], rooms: ['b'] });
    await until('it is open', () => items.length === 1);
    await client.claim('a');
    await client.claim('b');
    await until('it is told', () => items.length === 2);
    assert.deepEqual(types(), ['stream.open', 'room.claimed']);
    stop.abort();
    await done;
  });

  test('go on after a lost connection without a gap', async (t) => {
    const { app, url } = await server(t);
    const client = new RoomlbClient({ url });
    const claim = (room: string) => app.inject({ method: 'PUT', url: `/v1/rooms/${room}` });
    const lost: string[] = [];
    const { items } = follow(t, client, { onRetry: (why: Error) => lost.push(why.message) });
    await until('it is open', () => items.length === 1);
    for (let round = 1; round <= 2; round++) {
      await claim(`before-${round}`);
      await until('it is told', () =>
        items.some((item) => 'room' in item && item.room === `before-${round}`),
      );
      app.server.closeAllConnections();
      await claim(`meanwhile-${round}`);
    }
    await until('it is told', () => items.some((item) => 'room' in item && item.room === 'meanwhile-2'));
    assert.deepEqual(
      items.flatMap((item) => ('room' in item ? [item.seq] : [])),
      [1, 2, 3, 4],
    );
    assert.ok(lost.length >= 2);
  });

  test('tell of the gap where another dispatcher takes over', async (t) => {
    const first = await server(t);
    const second = await server(t);
    const client = new RoomlbClient({ url: [first.url, second.url] });
    const { items } = follow(t, client);
    await until('it is open', () => items.length === 1);
    await first.stop();
    await until('the other has it', () => items.some(({ type }) => type === 'stream.gap'));
    const gap = items.find(({ type }) => type === 'stream.gap');
    assert.ok(gap?.type === 'stream.gap' && gap.why === 'other-epoch');
  });

  test('end with what is refused', async (t) => {
    const { url } = await server(t);
    const { done } = follow(t, new RoomlbClient({ url }), { kinds: ['rooms.'] });
    await assert.rejects(done, /400 no event is of kind "rooms\."/);
  });
});

describe('roomlb events', () => {
  test('prints what is kept and passes, and ends', async (t) => {
    const { url, app } = await server(t);
    for (const room of ['a', 'b']) await app.inject({ method: 'PUT', url: `/v1/rooms/${room}` });
    await app.inject({ method: 'POST', url: '/v1/nodes/sfu-1/drain' });
    const { code, out } = await roomlb('events', '-d', url, '--kind', 'room.', '--room', 'b');
    assert.equal(code, 0);
    assert.match(out, /^\S+Z room\.claimed room=b node=\S+ by=request\n$/);
    const lines = (await roomlb('events', '-d', url, '--json')).out.trim().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).seq),
      [1, 2, 3],
    );
    const none = await roomlb('events', '-d', url, '--kind', 'store.');
    assert.deepEqual([none.code, none.out], [0, '']);
  });

  test('says what is wrong, and who cannot be reached', async (t) => {
    const { url } = await server(t);
    const wrong = await roomlb('events', '-d', url, '--kind', 'rooms.');
    assert.deepEqual([wrong.code, wrong.out], [2, '']);
    assert.match(wrong.err, /no event is of kind/);
    const late = await roomlb('events', '-d', url, '--after', '0123456789ab:7');
    assert.equal(late.code, 0);
    assert.match(late.err, /stream\.gap why=other-epoch asked=0123456789ab:7/);
    const away = await roomlb('events', '-d', NOBODY);
    assert.equal(away.code, 3, away.err);
  });
});

describe('server-sent events', () => {
  const line = fc.string().map((text) => text.replace(/[\r\n]/g, '_'));
  const messages = fc.array(
    fc.record({ id: line, data: fc.option(line, { nil: undefined }) }, { noNullPrototype: true }),
  );
  test('are read however they are cut', () => {
    fc.assert(
      fc.property(messages, fc.constantFrom('\n', '\r\n'), fc.nat(9), (sent, end, size) => {
        const text = sent
          .map(
            ({ id, data }) =>
              `: x${end}id: ${id}${end}${data === undefined ? '' : `data: ${data}${end}`}${end}`,
          )
          .join('');
        const parser = new SseParser();
        const got: SseMessage[] = [];
        for (let at = 0; at < text.length; at += size + 1)
          got.push(...parser.push(text.slice(at, at + size + 1)));
        assert.deepEqual(got, sent);
      }),
    );
  });

  test('have a longest message', () => {
    const parser = new SseParser();
    assert.throws(() => {
      for (let i = 0; i < 20; i++) parser.push('x'.repeat(1024 * 1024));
    }, /more than/);
  });
});
