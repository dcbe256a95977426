/** A media node with mediasoup's real workers, on loopback addresses. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, test, type TestContext } from 'node:test';
import type { MediaNode } from '../../src/media-node/media-node.ts';
import type { Assignment, WorkerReport } from '../../src/media-node/protocol.ts';
import { bindingRequest, exchange } from '../../src/stun/exchange.ts';
import { Client } from './client.ts';
import { FakeDispatcher } from './fake-dispatcher.ts';
import { addressOf, assignment, loopback, NO_WORKER, startNode, until } from './support.ts';

const skip = NO_WORKER;

const signallingUrl = (assigned: Assignment, node = assigned.node) =>
  `ws://${addressOf(assigned)}:${assigned.signallingPort}/n/${node}/`;

const health = (assigned: Assignment, address = addressOf(assigned)) =>
  fetch(`http://${address}:${assigned.healthPort}/health`, { signal: AbortSignal.timeout(5000) });

/** Asks the worker as a probe would, and fails unless it is that very worker that answers. */
async function probe(address: string, { port, probe }: WorkerReport, transport: 'udp' | 'tcp' = 'udp') {
  const result = await exchange({ transport, address, port }, bindingRequest(probe!), 5000);
  assert.ok(result.kind === 'success', JSON.stringify(result));
  return result.mappedAddress;
}

const worker = (node: MediaNode, port: number) =>
  node.status().workers.find((report) => report.port === port)!;

async function joined(t: TestContext, assigned: Assignment, room: string): Promise<Client> {
  const client = await Client.connect(t, signallingUrl(assigned));
  await client.get('join', { room });
  return client;
}

describe('workers and ports', { skip }, () => {
  test('each worker answers signed STUN on its own port, over UDP and TCP, and on no other credentials', async (t) => {
    const assigned = assignment();
    const node = await startNode(t, assigned);
    const [first, second] = node.status().workers;
    assert.deepEqual([first?.port, second?.port], [40000, 40001]);
    assert.notEqual(first?.pid, second?.pid);
    for (const report of [first!, second!]) {
      for (const protocol of ['udp', 'tcp'] as const) {
        const mapped = await probe(addressOf(assigned), report, protocol);
        assert.equal(mapped.family, 4);
      }
    }
    const target = { transport: 'udp', address: addressOf(assigned), port: 40000 } as const;
    assert.equal((await exchange(target, bindingRequest(second!.probe!), 300)).kind, 'silence');
  });

  test('probes from many source ports in a row all succeed', async (t) => {
    const assigned = assignment({ mediaPorts: { first: 40000, last: 40000 } });
    const node = await startNode(t, assigned);
    const report = worker(node, 40000);
    for (let i = 0; i < 100; i++) await probe(addressOf(assigned), report);
  });

  test('a media port that is taken is an error that leaves nothing running', async (t) => {
    const assigned = assignment();
    const node = await startNode(t, assigned);
    await assert.rejects(startNode(t, assigned));
    assert.equal(node.status().healthy, true);
  });

  test('with direct server return it listens on the VIP and on its own address, and clients hear of the VIP', async (t) => {
    const vip = loopback(253);
    const assigned = assignment({ vip: { id: 'public', addresses: [vip], forwarding: 'dsr' } });
    const node = await startNode(t, assigned);
    const report = worker(node, 40001);
    for (const address of [vip, addressOf(assigned)]) {
      await probe(address, report, 'udp');
      await probe(address, report, 'tcp');
      assert.equal((await health(assigned, address)).status, 200);
    }
    const client = await Client.connect(t, `ws://${vip}:${assigned.signallingPort}/n/sfu-1/`);
    await client.get('join', { room: 'dsr' });
    const { iceCandidates } = await client.get<{ iceCandidates: { address: string }[] }>('create-transport');
    assert.deepEqual([...new Set(iceCandidates.map(({ address }) => address))], [vip]);
  });

  test('both families are served and announced', async (t) => {
    const port = 20_000 + (process.pid % 10_000);
    const vip = { id: 'public', addresses: [loopback(254), '2001:db8::10'], forwarding: 'nat' as const };
    const own = assignment().addresses[0]!;
    const assigned = assignment({
      vip,
      addresses: [own, '::1'],
      mediaPorts: { first: port, last: port },
      healthPort: null,
      signallingPort: port + 1,
    });
    const node = await startNode(t, assigned);
    assert.equal((await probe('::1', worker(node, port), 'udp')).family, 6);
    assert.equal((await probe('::1', worker(node, port), 'tcp')).family, 6);
    const client = await joined(t, assigned, 'v6');
    const { iceCandidates } = await client.get<{ iceCandidates: { address: string; port: number }[] }>(
      'create-transport',
    );
    assert.deepEqual(new Set(iceCandidates.map(({ address }) => address)), new Set(vip.addresses));
    assert.deepEqual(new Set(iceCandidates.map((candidate) => candidate.port)), new Set([port]));
  });

  test('where the VIP carries UDP only, no TCP port is open', async (t) => {
    const assigned = assignment({ protocols: ['udp'] });
    await startNode(t, assigned);
    const socket = connect(40000, addressOf(assigned));
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNREFUSED');
  });
});

describe('a worker that is killed', { skip }, () => {
  test('is reported at once with its rooms, and restarted on the same port', async (t) => {
    const assigned = assignment();
    const dispatcher = await FakeDispatcher.start(t, assigned);
    dispatcher.interval = 60;
    const node = await startNode(t, assigned, { dispatchers: [dispatcher.url] });
    // Two rooms, so that one is on each worker.
    const clients = [await joined(t, assigned, 'red'), await joined(t, assigned, 'blue')];
    await until('the dispatcher knows both', () => dispatcher.liveRooms().size === 2);
    const before = worker(node, 40000);
    process.kill(before.pid!, 'SIGKILL');

    await until('the death is reported', () => dispatcher.all('worker-died').length > 0);
    const death = dispatcher.last('worker-died')!;
    assert.equal(death.port, 40000);
    assert.equal(death.pid, before.pid);
    assert.match(death.reason, /SIGKILL/);
    assert.deepEqual(death.rooms, ['red']);

    await until('its client is sent away', () => clients[0]!.closed === 4410);
    assert.equal(clients[0]!.events.at(-1)?.event, 'room-closed');
    assert.equal(clients[1]!.closed, undefined);

    await until('it is up again', () => worker(node, 40000).state === 'up');
    const after = worker(node, 40000);
    assert.notEqual(after.pid, before.pid);
    assert.notDeepEqual(after.probe, before.probe);
    assert.equal(after.restarts, 1);
    await probe(addressOf(assigned), after, 'udp');
    await probe(addressOf(assigned), after, 'tcp');
    await until('the dispatcher has the new credentials', () => {
      const told = dispatcher.last('heartbeat')?.status.workers[0];
      return told?.probe?.password === after.probe?.password && told?.state === 'up';
    });
    assert.deepEqual([...dispatcher.liveRooms().keys()], ['blue']);
  });

  test('its room can be opened again by who comes back', async (t) => {
    const assigned = assignment({ mediaPorts: { first: 40000, last: 40000 } });
    // Long enough to be seen without a worker, also where this process gets its turn late.
    const node = await startNode(t, assigned, { timings: { restart: { first: 4, most: 4 } } });
    const client = await joined(t, assigned, 'red');
    process.kill(worker(node, 40000).pid!, 'SIGKILL');
    await until('it says so', async () => (await health(assigned)).status === 503);
    await until('its client is sent away', () => client.closed === 4410);
    await until('the node is healthy again', () => node.status().healthy);
    await joined(t, assigned, 'red');
    assert.equal(node.status().rooms, 1);
  });
});

describe('a worker that hangs', { skip }, () => {
  test('turns /health to 503 while TCP still connects, takes no rooms, and is forgiven when it answers', async (t) => {
    const assigned = assignment();
    const node = await startNode(t, assigned);
    assert.equal((await health(assigned)).status, 200);
    const { pid } = worker(node, 40000);
    process.kill(pid!, 'SIGSTOP');
    try {
      // On a busy machine the other one may have been asked late as well.
      const states = () => [worker(node, 40000).state, worker(node, 40001).state].join();
      await until('the node notices', () => states() === 'silent,up');
      const answer = await health(assigned);
      assert.equal(answer.status, 503);
      const body = (await answer.json()) as { status: string; workers: { port: number; state: string }[] };
      assert.equal(body.status, 'failing');
      assert.deepEqual(
        body.workers.map(({ port, state }) => [port, state]),
        [
          [40000, 'silent'],
          [40001, 'up'],
        ],
      );
      assert.doesNotMatch(JSON.stringify(body), new RegExp(worker(node, 40000).probe!.password));
      const socket = connect(40000, addressOf(assigned));
      await once(socket, 'connect');
      socket.destroy();
      await joined(t, assigned, 'one');
      await joined(t, assigned, 'two');
      assert.deepEqual([worker(node, 40000).rooms, worker(node, 40001).rooms], [0, 2]);
    } finally {
      process.kill(pid!, 'SIGCONT');
    }
    await until('it is forgiven', async () => (await health(assigned)).status === 200);
    assert.equal(worker(node, 40000).pid, pid);
  });

  test('does not keep the node from stopping, and does not outlive it', async (t) => {
    const assigned = assignment();
    const node = await startNode(t, assigned);
    const pid = worker(node, 40000).pid!;
    process.kill(pid, 'SIGSTOP');
    await node.stop();
    assert.throws(() => process.kill(pid, 0), /ESRCH/);
  });
});

describe('what dispatchers are told', { skip }, () => {
  test('hello has everything; heartbeats have the numbers; each of several dispatchers gets them', async (t) => {
    const assigned = assignment();
    const dispatchers = [await FakeDispatcher.start(t, assigned), await FakeDispatcher.start(t, assigned)];
    const node = await startNode(t, assigned, { dispatchers: dispatchers.map(({ url }) => url) });
    const one = await joined(t, assigned, 'standup');
    await joined(t, assigned, 'standup');
    const { transport } = await one.get('create-transport');
    await one.get('produce', { transport, kind: 'audio', rtpParameters: OPUS });
    for (const dispatcher of dispatchers) {
      await until('the numbers are there', () => dispatcher.last('heartbeat')?.status.producers === 1);
      const hello = dispatcher.last('hello')!;
      assert.equal(hello.node, 'sfu-1');
      assert.equal(hello.instance, dispatcher.registrations[0]?.instance);
      assert.equal(hello.stunPort, assigned.healthPort);
      const { status } = dispatcher.last('heartbeat')!;
      assert.deepEqual([status.rooms, status.participants, status.consumers], [1, 2, 0]);
      assert.equal(status.healthy, true);
      assert.deepEqual(
        status.workers.map(({ port, rooms }) => [port, rooms]),
        [
          [40000, 1],
          [40001, 0],
        ],
      );
      await until('the room is known with both', () => dispatcher.liveRooms().get('standup') === 2);
    }
    await until('CPU and loop delay are measured', () =>
      node.status().workers.every(({ cpu, loopDelay }) => cpu !== null && cpu < 1 && loopDelay !== null),
    );
  });

  test('a dispatcher that comes late learns of the rooms that are live', async (t) => {
    const assigned = assignment();
    const dispatcher = await FakeDispatcher.start(t, assigned);
    dispatcher.close();
    await startNode(t, assigned, { dispatchers: [dispatcher.url] });
    await joined(t, assigned, 'early');
    await dispatcher.listen();
    await until('it knows', () => dispatcher.liveRooms().has('early'));
  });

  test('a room that the last participant left is closed, and told so', async (t) => {
    const assigned = assignment();
    const dispatcher = await FakeDispatcher.start(t, assigned);
    const node = await startNode(t, assigned, { dispatchers: [dispatcher.url] });
    const client = await joined(t, assigned, 'short');
    await until('it is known', () => dispatcher.liveRooms().has('short'));
    client.socket.close();
    await until('it is gone', () => !dispatcher.liveRooms().has('short'));
    assert.equal(node.status().rooms, 0);
  });
});

describe('draining', { skip }, () => {
  test('opens no rooms, lets live ones go on, leaves when the last is empty, and says so', async (t) => {
    const assigned = assignment();
    const dispatcher = await FakeDispatcher.start(t, assigned);
    dispatcher.interval = 60;
    const node = await startNode(t, assigned, { dispatchers: [dispatcher.url] });
    const live = await joined(t, assigned, 'live');
    await until('connected', () => dispatcher.all('heartbeat').length > 0);
    const left = node.drain(60);
    await until('it is told', () => dispatcher.last('heartbeat')?.status.phase === 'draining');

    const stranger = await Client.connect(t, signallingUrl(assigned));
    assert.equal((await stranger.ask('join', { room: 'new' })).error?.code, 'draining');
    const friend = await joined(t, assigned, 'live');
    assert.equal((await health(assigned)).status, 200, 'live rooms are still reached through the balancer');

    friend.socket.close();
    live.socket.close();
    await left;
    assert.deepEqual(dispatcher.messages.at(-1), { type: 'bye', reason: 'drained', rooms: 0 });
    await assert.rejects(health(assigned));
  });

  test('ends the rooms that are left when the limit is over', async (t) => {
    const assigned = assignment();
    const dispatcher = await FakeDispatcher.start(t, assigned);
    const node = await startNode(t, assigned, { dispatchers: [dispatcher.url] });
    const client = await joined(t, assigned, 'live');
    await until('connected', () => dispatcher.all('heartbeat').length > 0);
    await node.drain(0.1);
    assert.deepEqual(dispatcher.last('bye'), { type: 'bye', reason: 'drain-limit', rooms: 1 });
    await until('the client is told', () => client.closed === 4410);
  });
});

describe('metrics', { skip }, () => {
  test('name rooms, workers and dispatchers, and no credentials', async (t) => {
    const assigned = assignment();
    const dispatcher = await FakeDispatcher.start(t, assigned);
    const node = await startNode(t, assigned, { dispatchers: [dispatcher.url] });
    await joined(t, assigned, 'measured');
    await until('connected', () => dispatcher.all('heartbeat').length > 0);
    const answer = await fetch(`http://${addressOf(assigned)}:${assigned.healthPort}/metrics`);
    const text = await answer.text();
    for (const line of [
      'roomlb_media_rooms{port="40000"} 1',
      'roomlb_media_healthy 1',
      'roomlb_media_draining 0',
      'roomlb_media_worker_state{port="40001",state="up"} 1',
      `roomlb_media_dispatcher_connected{dispatcher="${dispatcher.url.href}"} 1`,
      'roomlb_media_stun_requests_total{result="answered"} 0',
    ]) {
      assert.ok(text.includes(`${line}\n`), line);
    }
    for (const { probe } of node.status().workers) assert.ok(!text.includes(probe!.password));
  });
});

const OPUS = {
  mid: '0',
  codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
  encodings: [{ ssrc: 1111 }],
  rtcp: { cname: 'test' },
};
