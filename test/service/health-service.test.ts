import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { memoryStore } from '../../src/store/memory.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';
import { byeSaid, diedSaid, heartbeatSaid, OTHER, roomsSaid, statusSaid, workerSaid } from '../nodes/said.ts';
import { Scene } from './scene.ts';

const INTERVAL = 2000;
const PLAIN = `${SMALL}\nhealth: { damping: off, slowStart: off, panicThreshold: off }`;

describe('health as the dispatcher sees it', () => {
  test('follows the probes: up, suspect by silence, down by more of it, up again', async (t) => {
    const scene = await new Scene().start(t, PLAIN);
    await scene.clock.go(INTERVAL * 1.3);
    assert.equal(scene.state('sfu-1'), 'up');
    scene.answers.set('sfu-1', 't');
    await scene.clock.go(INTERVAL * 1.3);
    assert.equal(scene.state('sfu-1'), 'suspect');
    await scene.clock.go(INTERVAL * 3);
    assert.equal(scene.state('sfu-1'), 'down');
    assert.equal(scene.state('sfu-2'), 'up');
    scene.answers.delete('sfu-1');
    await scene.clock.go(INTERVAL * 3);
    assert.equal(scene.state('sfu-1'), 'up');
    const states = scene
      .told('node.state')
      .flatMap((event) => (event.type === 'node.state' && event.node === 'sfu-1' ? [event.to] : []));
    assert.deepEqual(states, ['up', 'suspect', 'down', 'up']);
  });

  test('a burst of transitions makes one view', async (t) => {
    const ids = Array.from({ length: 20 }, (_, i) => `n-${i}`);
    const nodes = ids.map(
      (id, i) =>
        `  - { id: ${id}, kind: mediasoup, vip: public, addresses: [10.0.2.${i + 1}], mediaPorts: "${40_010 + i}" }\n`,
    );
    const scene = await new Scene().start(
      t,
      `${SMALL}${nodes.join('')}\nhealth: { damping: off, panicThreshold: off }`,
    );
    await scene.clock.go(INTERVAL * 1.3);
    const connected = ids.map((node, i) =>
      scene.connect({ node, status: statusSaid({ workers: [workerSaid(40_010 + i)] }) }),
    );
    await scene.clock.go(INTERVAL);
    assert.deepEqual(new Set(ids.map((id) => scene.state(id))), new Set(['up']));
    let views = 0;
    scene.service.dispatcher.onChange(() => views++);
    for (const node of connected) node.say(byeSaid);
    await scene.settle();
    assert.deepEqual(new Set(ids.map((id) => scene.state(id))), new Set(['down']));
    assert.equal(views, 1);
  });

  test('slow start is a share of new rooms, step by step', async (t) => {
    const scene = await new Scene().start(t, `${SMALL}\nhealth: { damping: off, slowStart: 20s }`);
    await scene.clock.go(INTERVAL * 1.3);
    scene.answers.set('sfu-1', 'r');
    await scene.clock.go(INTERVAL * 1.3);
    assert.equal(scene.state('sfu-1'), 'down');
    scene.answers.delete('sfu-1');
    await scene.clock.go(INTERVAL * 3);
    const factor = () => scene.service.dispatcher.snapshot.view.factors.get('sfu-1');
    assert.equal(scene.state('sfu-1'), 'up');
    assert.ok(factor()! < 0.5, String(factor()));
    const before = factor()!;
    await scene.clock.go(6000);
    assert.ok(factor()! > before);
    await scene.clock.go(20_000);
    assert.equal(factor(), undefined);
  });

  test('another topology is probed from then on, and what stays keeps its state', async (t) => {
    const scene = await new Scene().start(t, PLAIN);
    scene.answers.set('sfu-1', 'r');
    await scene.clock.go(INTERVAL * 1.3);
    assert.equal(scene.state('sfu-1'), 'down');
    const changed = PLAIN.replace(/^.*sfu-2,.*\n/m, '')
      .replace('sfu-3,', 'sfu-3, zone: c,')
      .replace('zone: a, weight', 'weight');
    scene.service.dispatcher.setTopology(parse(changed));
    await scene.clock.go(10);
    assert.equal(scene.state('sfu-1'), 'down');
    const before = scene.sent.length;
    await scene.clock.go(INTERVAL * 2);
    assert.ok(scene.sent.slice(before).every(({ node }) => node !== 'sfu-2'));
    assert.equal(
      scene.service.reader.report().nodes.some(({ node }) => node === 'sfu-2'),
      false,
    );
  });

  test('changes that follow one another are planned for together, and who asks meanwhile sees the last', async (t) => {
    const weighing = (weight: number) =>
      parse(
        `${SMALL.replace('weight: 200', `weight: ${weight}`)}\nhealth: { checks: [{ type: stun }, { type: http }] }`,
      );
    const scene = await new Scene().start(t);
    const { dispatcher, reader } = scene.service;
    for (let weight = 1; weight <= 20; weight++) dispatcher.setTopology(weighing(weight));
    await scene.clock.go(1);
    // That the check fits no node is said with every plan.
    assert.equal(scene.warnings.length, 1);
    for (let weight = 21; weight <= 40; weight++) dispatcher.setTopology(weighing(weight));
    const more =
      '  - { id: new-1, kind: mediasoup, vip: public, addresses: [10.0.1.16], mediaPorts: "40007" }\n';
    dispatcher.setTopology(parse(SMALL + more));
    const added = reader.report().nodes.find(({ node }) => node === 'new-1');
    assert.ok((added?.checks.length ?? 0) > 0);
    assert.equal(scene.warnings.length, 1);
  });

  test('health.enabled: false and --no-probes send nothing; by the latter, what nodes say counts', async (t) => {
    const off = await new Scene().start(t, `${SMALL}\nhealth: { enabled: false }`);
    const passive = await new Scene().start(t, PLAIN, { sending: false });
    for (const scene of [off, passive]) {
      scene.connect().say(byeSaid);
      await scene.clock.go(INTERVAL * 5);
      assert.deepEqual(scene.sent, []);
    }
    assert.equal(off.service.reader.probing, 'off');
    assert.equal(off.state('sfu-1'), 'unknown');
    assert.deepEqual(
      [...off.service.dispatcher.snapshot.view.leaving],
      ['sfu-1'],
      'it has left all the same',
    );
    assert.equal(passive.service.reader.probing, 'passive');
    assert.equal(passive.state('sfu-1'), 'down');
    off.service.dispatcher.setTopology(parse(PLAIN));
    await off.clock.go(INTERVAL * 1.3);
    assert.ok(off.sent.length > 0, 'switched on by an edit');
  });
});

describe("a node's own word", () => {
  test('counts at once: goodbye is down, and the next start comes back', async (t) => {
    const scene = await new Scene().start(t, PLAIN);
    const node = scene.connect();
    await scene.clock.go(INTERVAL * 1.3);
    assert.equal(scene.state('sfu-1'), 'up');
    node.say(byeSaid);
    await scene.settle();
    assert.equal(scene.state('sfu-1'), 'down');
    scene.connect({ instance: OTHER });
    await scene.clock.go(INTERVAL * 2);
    assert.equal(scene.state('sfu-1'), 'up');
  });

  test('a dead worker makes its node down at once; rooms on the others stay, those that it had go', async (t) => {
    const scene = await new Scene().start(t, PLAIN);
    const { dispatcher } = scene.service;
    const node = scene.connect();
    const { live } = roomsSaid(['red', 'blue']);
    node.say({ type: 'rooms', reset: true, closed: [], live: [live[0]!, { ...live[1]!, port: 40001 }] });
    await scene.clock.go(INTERVAL * 1.3);
    const placeOf = async (room: string) => {
      const claimed = await dispatcher.claim(room);
      return 'allocation' in claimed ? claimed.allocation.node.id : 'nowhere';
    };
    assert.deepEqual([await placeOf('red'), await placeOf('blue')], ['sfu-1', 'sfu-1']);
    node.say(diedSaid(40000, ['red']));
    await scene.settle();
    assert.equal(scene.state('sfu-1'), 'down');
    assert.equal(await placeOf('blue'), 'sfu-1', 'its worker is well');
    assert.notEqual(await placeOf('red'), 'sfu-1');
    const why = scene.service.reader.node('sfu-1')?.why;
    assert.match(why ?? '', /media worker of port 40000 died/);
    node.say(
      heartbeatSaid({
        workers: [
          workerSaid(40000, {
            pid: 7,
            probe: { usernameFragment: 'anew', password: 'another password of it' },
          }),
          workerSaid(40001),
        ],
      }),
    );
    for (let i = 0; i < 3; i++) {
      await scene.clock.go(INTERVAL / 2);
      node.say(heartbeatSaid());
    }
    await scene.clock.go(INTERVAL);
    assert.equal(scene.state('sfu-1'), 'up');
  });

  test('when another worker of a node that is down falls silent too, its rooms go as well', async (t) => {
    const scene = await new Scene().start(t, PLAIN);
    const node = scene.connect();
    await scene.clock.go(INTERVAL * 1.3);
    node.say(diedSaid(40000));
    await scene.settle();
    const serving = () => [...(scene.service.dispatcher.snapshot.view.serving.get('sfu-1') ?? [])];
    assert.deepEqual(serving(), [40001]);
    scene.answers.set('sfu-1/stun/40001', 't');
    for (let i = 0; i < 5; i++) {
      await scene.clock.go(INTERVAL);
      node.say(roomsSaid([]));
    }
    assert.deepEqual(serving(), []);
  });

  test('a broken connection is looked into at once', async (t) => {
    const scene = await new Scene().start(t, PLAIN);
    const node = scene.connect();
    await scene.clock.go(INTERVAL * 1.3);
    assert.equal(scene.state('sfu-1'), 'up');
    scene.answers.set('sfu-1', 'r');
    node.cut();
    await scene.settle();
    assert.equal(scene.state('sfu-1'), 'down');
  });

  test('no heartbeat any more makes it suspect, then down, though all else answers', async (t) => {
    const scene = await new Scene().start(t, PLAIN);
    const node = scene.connect();
    await scene.clock.go(INTERVAL * 1.3);
    node.cut();
    await scene.clock.go(INTERVAL * 3);
    assert.equal(scene.state('sfu-1'), 'suspect');
    await scene.clock.go(INTERVAL * 3);
    assert.equal(scene.state('sfu-1'), 'down');
  });
});

describe('what is known outlives the process', () => {
  test('a node that was down is down from the first request on, and comes back by answering', async (t) => {
    const store = memoryStore();
    const first = await new Scene(store).start(t, PLAIN);
    first.answers.set('sfu-1', 'r');
    await first.clock.go(INTERVAL * 1.3);
    assert.equal(first.state('sfu-1'), 'down');
    // As after kill -9: nothing more is noted down.
    const second = await new Scene(store, first.clock).start(t, PLAIN);
    assert.equal(second.state('sfu-1'), 'down');
    assert.deepEqual(second.events, []);
    await second.clock.go(INTERVAL * 3);
    assert.equal(second.state('sfu-1'), 'up');
    assert.equal(second.service.reader.node('sfu-1')?.history.length, 2);
  });

  test('a node that reported before and does not come back is missed', async (t) => {
    const store = memoryStore();
    const first = await new Scene(store).start(t, PLAIN);
    first.connect();
    await first.clock.go(INTERVAL * 1.3);
    await first.service.stop();
    const second = await new Scene(store, first.clock).start(t, PLAIN);
    await second.clock.go(15_000);
    assert.equal(second.state('sfu-1'), 'up', 'it has time to');
    await second.clock.go(15_000);
    assert.equal(second.state('sfu-1'), 'down');
  });

  test('what cannot be read is told, and goes', async (t) => {
    const store = memoryStore();
    await store.notes.write('health', { version: 99 });
    const scene = await new Scene(store).start(t, PLAIN);
    assert.match(JSON.stringify(scene.warnings), /not a health snapshot/);
    await scene.clock.go(INTERVAL * 1.3);
    assert.equal(scene.state('sfu-1'), 'up');
  });

  test('a store that cannot write is told once, and does not stop the probes', async (t) => {
    const store = memoryStore();
    const broken = {
      ...store,
      notes: {
        ...store.notes,
        read: () => Promise.resolve(undefined),
        write: () => Promise.reject(new Error('disk full')),
      },
    };
    const scene = await new Scene(broken).start(t, PLAIN);
    await scene.clock.go(100_000);
    assert.equal(scene.warnings.length, 1);
    assert.equal(scene.state('sfu-1'), 'up');
  });
});
