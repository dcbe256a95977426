/** Events at a real RabbitMQ: what comes, in which order, and what becomes of it where the broker does not take it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { connect, type ConsumeMessage, type Options } from 'amqplib';
import { parseAmqpAddress } from '../../src/amqp/address.ts';
import { AmqpMirror } from '../../src/amqp/mirror.ts';
import type { BackOffOptions } from '../../src/back-off.ts';
import { EventBus } from '../../src/events/bus.ts';
import type { AnyEvent } from '../../src/events/events.ts';
import type { HistoryLimits } from '../../src/events/history.ts';
import { EventStream } from '../../src/events/stream.ts';
import { startServe } from '../cli/roomlb-process.ts';
import { SMALL } from '../fixtures/cluster.ts';
import { issue, NO_OPENSSL } from '../fixtures/pki.ts';
import { until } from '../media-node/support.ts';
import { NO_RABBITMQ, PASSWORD, startRabbitMq, VHOST, type RabbitMq } from './server.ts';

const released = (room: string, node = 'sfu-1'): AnyEvent => ({
  type: 'room.released',
  at: 5000,
  room,
  node,
});
const seqOf = ({ content }: ConsumeMessage) => (JSON.parse(content.toString()) as { seq: number }).seq;
const oneTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('events at RabbitMQ', { skip: NO_RABBITMQ || NO_OPENSSL }, () => {
  let folder: string;
  let broker: RabbitMq;
  let ca: Buffer;
  let authorityFile: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'roomlb-amqp-'));
    const authority = await issue(folder, 'authority');
    const own = await issue(folder, 'broker', authority);
    ca = authority.certificate;
    authorityFile = authority.certificateFile;
    broker = await startRabbitMq({ ...own, authorityFile });
  });
  after(async () => {
    // Undefined where it did not come up.
    await (broker as RabbitMq | undefined)?.remove();
    await rm(folder, { recursive: true });
  });

  /** What an exchange passes on by such a key; the queue is gone with its consumer. */
  async function consume(
    t: TestContext,
    exchange: string,
    key: string,
    queueOptions: Options.AssertQueue = {},
  ): Promise<ConsumeMessage[]> {
    const connection = await connect(broker.url('roomlb'));
    connection.on('error', () => undefined);
    t.after(() => connection.close().catch(() => undefined));
    const channel = await connection.createChannel();
    await channel.assertExchange(exchange, 'topic', { durable: true });
    const { queue } = await channel.assertQueue('', { exclusive: true, ...queueOptions });
    await channel.bindQueue(queue, exchange, key);
    const got: ConsumeMessage[] = [];
    // Nobody reads a queue that is to be full.
    if (!queueOptions.maxLength)
      await channel.consume(queue, (message) => message && got.push(message), { noAck: true });
    return got;
  }

  interface MirrorScene {
    readonly url?: string;
    readonly exchange: string;
    readonly ca?: Buffer;
    readonly history?: HistoryLimits;
    readonly backOff?: BackOffOptions;
  }

  function mirrorTo(t: TestContext, scene: MirrorScene) {
    const { url = broker.url('roomlb'), exchange, ca, history } = scene;
    const events = new EventBus((error) => {
      throw error;
    });
    const stream = new EventStream(events, history ? { history } : {});
    const said: string[] = [];
    const say = (members: unknown, text = '') => said.push(`${JSON.stringify(members)} ${text}`);
    const mirror = new AmqpMirror({
      link: { address: parseAmqpAddress(url), ca, exchange, name: 'test' },
      ...{ cluster: 'small', events, history: stream.history },
      logger: { info: say, warn: say } as never,
      backOff: scene.backOff ?? { first: 0.05, most: 0.3 },
    });
    t.after(async () => {
      stream.stop();
      await mirror.stop();
    });
    mirror.start();
    return { events, stream, mirror, said };
  }

  test('they come in order, each as the envelope, with a key for those who want but some', async (t) => {
    const [all, some] = await Promise.all([consume(t, 'order', '#'), consume(t, 'order', '#.sfu-2.#')]);
    const { events, stream, mirror } = mirrorTo(t, { exchange: 'order' });
    const count = 3000;
    for (let i = 1; i <= count; i++) {
      if (i % 3 !== 0) events.emit(released(`room-${i}`, `sfu-${i % 3}`));
      else
        events.emit({
          type: 'room.moved',
          at: 5000,
          room: 'r',
          from: 'sfu-2',
          to: 'sfu-3',
          why: 'it is down',
        });
      if (i % 1000 === 0) await until('some to be on their way', () => mirror.figures.confirmed > 0);
    }
    await until('all to come', () => all.length >= count && some.length >= (count * 2) / 3);
    assert.deepEqual(all.map(seqOf), oneTo(count));
    const { epoch } = stream.position;
    for (const { content, fields, properties } of all.slice(-3)) {
      const { seq, type } = JSON.parse(content.toString()) as { seq: number; type: string };
      assert.deepEqual(content, stream.history.at(seq)?.json);
      assert.equal(
        fields.routingKey,
        type === 'room.moved' ? 'room.moved.sfu-2.sfu-3' : `${type}.sfu-${seq % 3}`,
      );
      const { contentType, messageId, timestamp, appId, deliveryMode, headers } = properties;
      assert.deepEqual(
        [contentType, messageId, timestamp, appId, deliveryMode, properties.type, headers],
        ['application/json', `${epoch}:${seq}`, 5, 'roomlb', 1, type, { cluster: 'small' }],
      );
    }
    assert.deepEqual(
      some.map(seqOf),
      oneTo(count).filter((seq) => seq % 3 !== 1),
    );
    await until('all to be confirmed', () => mirror.figures.waiting === 0);
    assert.deepEqual(mirror.figures, {
      ...{ connected: true, waiting: 0, confirmed: count, refused: 0, dropped: 0, outages: 0 },
    });
  });

  test('what waits at the end is brought before it', async (t) => {
    const got = await consume(t, 'end', '#');
    const { events, mirror } = mirrorTo(t, { exchange: 'end' });
    await until('a connection', () => mirror.figures.connected);
    for (let i = 0; i < 1200; i++) events.emit(released('r'));
    await mirror.stop();
    await until('all to come', () => got.length === 1200);
    assert.equal(mirror.figures.confirmed, 1200);
  });

  test('by TLS, where the certificate is of the named authority', async (t) => {
    const got = await consume(t, 'tls', '#');
    const trusting = mirrorTo(t, { exchange: 'tls', url: broker.tlsUrl, ca });
    const wary = mirrorTo(t, { exchange: 'tls', url: broker.tlsUrl });
    wary.events.emit(released('wary'));
    trusting.events.emit(released('trusting'));
    await until('it to come', () => got.length > 0);
    await until('the other to say why not', () => wary.said.length > 0);
    assert.match(wary.said[0]!, /certificate/);
    assert.equal(wary.mirror.figures.connected, false);
    assert.match(got[0]!.content.toString(), /trusting/);
  });

  test('a user that may declare nothing writes to an exchange that is there, and is told of one that is not', async (t) => {
    const got = await consume(t, 'declared', '#');
    const url = broker.url('writer');
    const [there, missing] = ['declared', 'undeclared'].map((exchange) => mirrorTo(t, { url, exchange }));
    there!.events.emit(released('r'));
    await until('it to come', () => got.length === 1);
    await until('the other to say why not', () => missing!.said.length > 0);
    assert.match(missing!.said[0]!, /ACCESS_REFUSED.*undeclared/);
    assert.ok(!missing!.said[0]!.includes('open'));
  });

  test('what the broker refuses is counted, and holds up nothing', async (t) => {
    await consume(t, 'full', '#', { maxLength: 2, arguments: { 'x-overflow': 'reject-publish' } });
    const { events, mirror } = mirrorTo(t, { exchange: 'full' });
    for (let i = 0; i < 20; i++) events.emit(released('r'));
    await until('an end', () => mirror.figures.waiting === 0 && mirror.figures.refused > 0);
    const { confirmed, refused, outages } = mirror.figures;
    assert.deepEqual([confirmed + refused, outages], [20, 0]);
  });

  test('an exchange that somebody deletes is declared anew, and what was on its way goes out again', async (t) => {
    const { events, mirror, said } = mirrorTo(t, { exchange: 'deleted' });
    events.emit(released('before'));
    await until('a confirmation', () => mirror.figures.confirmed === 1);
    const connection = await connect(broker.url('roomlb'));
    t.after(() => connection.close());
    await (await connection.createChannel()).deleteExchange('deleted');
    events.emit(released('into the void'));
    await until('it to go out again', () => mirror.figures.confirmed === 2);
    assert.deepEqual([mirror.figures.refused, mirror.figures.outages], [0, 1]);
    assert.ok(said.some((line) => /NOT_FOUND.*deleted.*takes no events/.test(line)));
    const got = await consume(t, 'deleted', '#');
    events.emit(released('after'));
    await until('it to come', () => got.length === 1);
  });

  test('an end is not held up by a broker that hangs', async (t) => {
    const { events, mirror, said } = mirrorTo(t, { exchange: 'hang' });
    await until('a connection', () => mirror.figures.connected);
    await broker.pause();
    try {
      for (let i = 0; i < 20; i++) events.emit(released('r'));
      await mirror.stop();
    } finally {
      broker.resume();
    }
    assert.equal(mirror.figures.waiting, 20);
    assert.match(said.at(-1)!, /"waiting":20.*did not get all events/);
  });

  test('go on at another address at once, connected or not, and none is lost', async (t) => {
    const got = await consume(t, 'renewed', '#');
    const { events, mirror, said } = mirrorTo(t, {
      exchange: 'renewed',
      url: broker.url('roomlb', 'a former password'),
      backOff: { first: 3600, most: 3600 },
    });
    events.emit(released('r'));
    await until('a refusal', () => said.some((line) => line.includes('ACCESS_REFUSED')));
    const to = (user: 'roomlb' | 'writer') => ({
      ...{ address: parseAmqpAddress(broker.url(user)), ca: undefined, exchange: 'renewed', name: 'test' },
    });
    mirror.renew(to('roomlb'));
    await until('it to come', () => got.length === 1);
    for (let i = 0; i < 200; i++) {
      events.emit(released('r'));
      if (i % 50 === 25) mirror.renew(to(i === 75 ? 'writer' : i === 175 ? 'writer' : 'roomlb'));
      await setImmediate();
    }
    await until('all to be confirmed', () => mirror.figures.waiting === 0 && got.length >= 201);
    assert.deepEqual([...new Set(got.map(seqOf))], oneTo(201));
    assert.deepEqual([mirror.figures.outages, mirror.figures.dropped], [0, 0]);
    const places = said
      .filter((line) => line.includes('events go to'))
      .map((line) => /\w+(?=@)/.exec(line)?.[0]);
    assert.deepEqual([places[0], places.at(-1)], ['roomlb', 'writer']);
  });

  test('serve takes over an address that changes, and keeps the former where the new one is none', async (t) => {
    const got = await consume(t, 'roomlb.events', 'room.claimed.*');
    const [topology, file] = [join(folder, 'topology.yaml'), join(folder, 'rotated')];
    await writeFile(topology, SMALL);
    await writeFile(file, broker.url('writer', 'a former password'));
    const serve = await startServe(t, topology, '--amqp-url-file', file);
    await serve.line(/ACCESS_REFUSED.*takes no events/);
    await writeFile(file, 'amqp://sesame');
    serve.child.kill('SIGHUP');
    await serve.line(/cannot be read again.*address of RabbitMQ/);
    await writeFile(file, broker.url('roomlb'));
    serve.child.kill('SIGHUP');
    await serve.line(/events go to RabbitMQ at amqp:\/\/roomlb@/);
    await fetch(`${serve.url}/v1/rooms/rotated`, { method: 'PUT' });
    await until('it to come', () => got.some(({ content }) => content.includes('rotated')));
    assert.equal(await serve.stop(), 0);
    const log = [...serve.out, serve.err()].join('\n');
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'former password', 'former%20', 'sesame'])
      assert.ok(!log.includes(secret), secret);
  });

  test('while it is down, the latest events wait, older ones are counted, and serve goes on', async (t) => {
    const kept = 10;
    const topology = join(folder, 'topology.yaml');
    await writeFile(topology, SMALL);
    await writeFile(join(folder, 'url'), `${broker.url('roomlb')}\n`);
    await writeFile(join(folder, 'wrong'), broker.url('roomlb', `close-${PASSWORD}`));
    const withUrl = (name: string) => startServe(t, topology, '--amqp-url-file', join(folder, name));
    const [serve, locked] = await Promise.all([withUrl('url'), withUrl('wrong')]);
    const put = async (room: string) =>
      (await fetch(`${serve.url}/v1/rooms/${room}`, { method: 'PUT' })).status;
    const metric = async (name: string) => {
      const text = await (await fetch(`${serve.url}/metrics`)).text();
      return text.split('\n').find((line) => line.startsWith(`${name} `));
    };

    let fromServe = await consume(t, 'roomlb.events', 'room.claimed.*');
    let fromMirror = await consume(t, 'down', '#');
    const { events, mirror, said } = mirrorTo(t, { exchange: 'down', history: { events: kept, bytes: 1e6 } });
    assert.equal(await put('before'), 201);
    events.emit(released('before'));
    await until('both to come', () => fromServe.length === 1 && fromMirror.length === 1);
    assert.match(fromServe[0]!.fields.routingKey, /^room\.claimed\.sfu-\d$/);
    assert.equal(fromServe[0]!.properties.headers!.cluster, 'small');
    await until('a confirmation', () => mirror.figures.waiting === 0);
    const { channels } = (await (await fetch(`${serve.url}/asyncapi.json`)).json()) as {
      channels: Record<string, { bindings: { amqp: { exchange: { name: string } } } }>;
    };
    assert.equal(channels['room.claimed']?.bindings.amqp.exchange.name, 'roomlb.events');
    await locked.line(/ACCESS_REFUSED.*takes no events/);
    assert.equal((await fetch(`${locked.url}/readyz`)).status, 200);

    await broker.kill();
    await until('both to miss it', async () => {
      return (
        !mirror.figures.connected && (await metric('roomlb_amqp_connected')) === 'roomlb_amqp_connected 0'
      );
    });
    for (let i = 0; i < 3 * kept; i++) events.emit(released('while it is down'));
    assert.equal(await put('meanwhile'), 201);
    await until('old ones to be dropped', () => mirror.figures.dropped === 2 * kept);
    assert.equal(mirror.figures.waiting, kept);

    // Before those who publish find it: what nobody has bound to is nobody's.
    await broker.restart();
    [fromServe, fromMirror] = await Promise.all([
      consume(t, 'roomlb.events', 'room.claimed.*'),
      consume(t, 'down', '#'),
    ]);
    events.emit(released('after'));
    assert.equal(await put('after'), 201);
    await until('new ones to come', () => fromServe.length > 0 && mirror.figures.waiting === 0);
    await until('all to be confirmed', async () =>
      (await metric('roomlb_amqp_waiting_events'))!.endsWith(' 0'),
    );
    const { confirmed, dropped, outages } = mirror.figures;
    assert.deepEqual([confirmed + dropped, outages], [3 * kept + 2, 1]);
    assert.equal(seqOf(fromMirror.at(-1)!), 3 * kept + 2);
    assert.equal(said.filter((line) => line.includes('are dropped')).length, 1);
    assert.ok(said.at(-1)!.includes(`"dropped":${dropped}`), said.at(-1));

    assert.equal(await put('last'), 201);
    assert.equal(await serve.stop(), 0);
    assert.equal(await locked.stop(), 0);
    await until('the last to come', () => fromServe.at(-1)!.content.includes('"room":"last"'));
    const log = [...serve.out, serve.err(), ...locked.out, locked.err(), ...said].join('\n');
    assert.match(log, new RegExp(`amqp://roomlb@127.0.0.1:\\d+/${encodeURIComponent(VHOST)}`));
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)]) assert.ok(!log.includes(secret));
  });
});
