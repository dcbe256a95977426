/** A real dispatcher and real media nodes with mediasoup's workers, as processes, and what is done to them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NO_WORKER, until } from '../media-node/support.ts';
import { nodeSpec, notedHealth, Site } from './processes.ts';

const skip = NO_WORKER;

describe('a dispatcher and its media nodes', { skip }, () => {
  test('a worker that hangs makes its node suspect, then down: its rooms go elsewhere, those of the other worker stay', async (t) => {
    const site = new Site(t, [nodeSpec('sfu-1', '40000-40001'), nodeSpec('sfu-2', '40002')]);
    await site.serve();
    for (const id of ['sfu-1', 'sfu-2']) site.node(id);
    await site.allUp();
    // The node opens rooms on its least loaded worker, the lowest port first.
    const { room: red } = await site.roomOn('sfu-1', 'red');
    const { room: blue } = await site.roomOn('sfu-1', 'blue');
    const pid = await site.workerPid('sfu-1', 40000);
    process.kill(pid, 'SIGSTOP');
    t.after(() => process.kill(pid, 'SIGCONT'));
    await until('it is down', async () => (await site.states())['sfu-1'] === 'down');
    const { history } = await site.health('sfu-1');
    assert.deepEqual(
      history.slice(-2).map(({ to }) => to),
      ['suspect', 'down'],
    );
    assert.equal((await site.states())['sfu-2'], 'up');
    assert.deepEqual(await site.claim(red), { node: 'sfu-2', decision: 'hash', from: 'sfu-1' });
    assert.deepEqual(await site.claim(blue), { node: 'sfu-1', decision: 'claim', from: undefined });
    for (let i = 0; i < 10; i++) assert.equal((await site.claim(`new-${i}`)).node, 'sfu-2');

    process.kill(pid, 'SIGCONT');
    await site.allUp();
    assert.equal((await site.claim(red)).node, 'sfu-2', 'and does not come back by itself');
  });

  test('a worker that is killed makes its node down at once, by its own report', async (t) => {
    const site = new Site(t, [nodeSpec('sfu-1', '40000'), nodeSpec('sfu-2', '40002')]);
    await site.serve();
    for (const id of ['sfu-1', 'sfu-2']) site.node(id);
    await site.allUp();
    const { room, client } = await site.roomOn('sfu-1', 'red');
    process.kill(await site.workerPid('sfu-1', 40000), 'SIGKILL');
    await until('its client is sent away', () => client.closed === 4410);
    // A probe that happens to ask just then is refused, which is as definite.
    const own = /that its media worker of port 40000 died|no media worker is left|refused/;
    await until('it is down by its own word', async () =>
      (await site.health('sfu-1')).history.some(({ to, why }) => to === 'down' && own.test(why)),
    );
    await site.allUp();
    const { workers } = (await site.health('sfu-1')).live!;
    assert.equal(workers[0]?.restarts, 1);
    assert.ok((await site.claim(room)).node, 'the room has a place');
  });

  test('a node that is killed is down at once, and its rooms go elsewhere', async (t) => {
    const site = new Site(t, [nodeSpec('sfu-1', '40000'), nodeSpec('sfu-2', '40002')]);
    await site.serve();
    const first = site.node('sfu-1');
    site.node('sfu-2');
    await site.allUp();
    const { room } = await site.roomOn('sfu-1', 'red');
    await site.kill(first);
    await until('it is down', async () => (await site.states())['sfu-1'] === 'down');
    assert.match((await site.health('sfu-1')).why, /refused|no answer|without an answer/);
    assert.deepEqual(await site.claim(room), { node: 'sfu-2', decision: 'hash', from: 'sfu-1' });
    site.node('sfu-1');
    await site.allUp();
  });

  test('a node that drains keeps its live rooms, gives away the others, and says goodbye', async (t) => {
    const site = new Site(t, [nodeSpec('sfu-1', '40000'), nodeSpec('sfu-2', '40002')]);
    await site.serve();
    const node = site.node('sfu-1');
    site.node('sfu-2');
    await site.allUp();
    const { room: live, client } = await site.roomOn('sfu-1', 'live');
    let claimed = 0;
    while ((await site.claim(`claimed-${claimed}`)).node !== 'sfu-1') claimed++;
    node.kill('SIGTERM');
    await until('it says so', async () => (await site.health('sfu-1')).live?.phase === 'draining');
    assert.equal((await site.claim(live)).node, 'sfu-1');
    await until('it takes no new rooms', async () => (await site.states())['sfu-1'] === 'suspect');
    assert.deepEqual(await site.claim(`claimed-${claimed}`), {
      node: 'sfu-2',
      decision: 'hash',
      from: 'sfu-1',
    });
    client.socket.close();
    await until('it has left', async () => (await site.health('sfu-1')).live?.phase === 'left');
    await until('it is down', async () => (await site.states())['sfu-1'] === 'down');
    assert.match((await site.health('sfu-1')).why, /the node has left, drained of its rooms/);
  });

  test('kill -9 of the dispatcher makes no node up that was down, and loses no claim', async (t) => {
    const site = new Site(t, [nodeSpec('sfu-1', '40000'), nodeSpec('sfu-2', '40002')]);
    const store = ['--store', `file:${site.folder}/store`];
    const first = await site.serve(...store);
    const lost = site.node('sfu-1');
    site.node('sfu-2');
    await site.allUp();
    const { room } = await site.roomOn('sfu-2', 'kept');
    await site.kill(lost);
    await until('it is down', async () => (await site.states())['sfu-1'] === 'down');
    const before = await site.health('sfu-1');
    // Which takes as long as the disk does.
    await until('it is noted down', async () => {
      const noted = (await notedHealth(`${site.folder}/store`))['sfu-1'];
      return noted?.state === 'down' && noted.since === before.since;
    });
    await site.kill(first);
    await site.serve(...store);
    const after = await site.health('sfu-1');
    assert.deepEqual([after.state, after.since], ['down', before.since]);
    assert.deepEqual(after.history, before.history);
    assert.equal((await site.claim('anything')).node, 'sfu-2');
    assert.deepEqual(await site.claim(room), { node: 'sfu-2', decision: 'claim', from: undefined });
    site.node('sfu-1');
    await site.allUp();
  });

  test('a dispatcher whose store came back empty learns of live rooms from the nodes', async (t) => {
    const site = new Site(t, [nodeSpec('sfu-1', '40000'), nodeSpec('sfu-2', '40002')]);
    const first = await site.serve();
    for (const id of ['sfu-1', 'sfu-2']) site.node(id);
    await site.allUp();
    const rooms = new Map<string, string>();
    for (const id of ['sfu-1', 'sfu-2', 'sfu-1']) {
      const { room } = await site.roomOn(id, `room-${rooms.size}`);
      rooms.set(room, id);
    }
    await site.kill(first);
    await site.serve();
    await until('their claims are back', async () => {
      const list = await site.get<{ rooms: { room: string; node: string }[] }>('/v1/rooms');
      const held = new Map(list.rooms.map(({ room, node }) => [room, node]));
      return [...rooms].every(([room, node]) => held.get(room) === node);
    });
    for (const [room, node] of rooms) {
      assert.deepEqual(await site.claim(room), { node, decision: 'claim', from: undefined });
    }
  });
});
