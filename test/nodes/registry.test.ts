import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AnyEvent } from '../../src/events/events.ts';
import { CLOSE, ProtocolError } from '../../src/media-node/protocol.ts';
import { RegistrationError } from '../../src/nodes/registration-error.ts';
import { NodeRegistry, type RegistryChange } from '../../src/nodes/registry.ts';
import type { Topology } from '../../src/topology/model.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';
import {
  byeSaid,
  diedSaid,
  heartbeatSaid,
  helloSaid,
  INSTANCE,
  OTHER,
  roomsSaid,
  workerSaid,
} from './said.ts';

/** A connection that remembers how this side ended it. */
class FakeLink {
  readonly closings: number[] = [];

  close(code: number): void {
    this.closings.push(code);
  }
}

class Scene {
  now = 1_700_000_000_000;
  readonly events: AnyEvent[] = [];
  readonly changes: RegistryChange[] = [];
  readonly registry: NodeRegistry;

  constructor(topology: Topology = parse(SMALL)) {
    this.registry = new NodeRegistry({
      topology,
      events: { emit: (event) => void this.events.push(event) },
      now: () => this.now,
    });
    this.registry.listen((change) => this.changes.push(change));
  }

  connect(more: Parameters<typeof helloSaid>[0] = {}): FakeLink {
    const link = new FakeLink();
    this.registry.hello(more.node ?? 'sfu-1', link, helloSaid(more));
    return link;
  }

  /** Since the last call: kinds of changes, and what went with them. */
  told(): string[] {
    return this.changes.splice(0).map((change) => {
      const node = 'node' in change ? ` ${change.node}` : '';
      return change.kind === 'found' ? `found${node} ${change.rooms.join()}` : `${change.kind}${node}`;
    });
  }

  happened(): string[] {
    return this.events.splice(0).map(({ type }) => type);
  }
}

const fault = (wanted: RegistrationError['fault']) => (error: unknown) =>
  error instanceof RegistrationError && error.fault === wanted;

const registration = (instance = INSTANCE) => ({
  protocol: 1,
  instance,
  version: '0.1.0',
  mediasoup: '3.19.3',
});

describe('registration', () => {
  test('tells a node its share of the topology', () => {
    const { registry } = new Scene();
    const { protocol, assignment } = registry.register('sfu-2', registration());
    assert.equal(protocol, 1);
    assert.deepEqual(assignment.mediaPorts, { first: 40002, last: 40003 });
    assert.deepEqual(assignment.addresses, ['10.0.1.12', 'fd00:1::12']);
  });

  test('refuses nodes that are not there, or are of another kind', () => {
    const { registry } = new Scene();
    assert.throws(() => registry.register('nobody', registration()), fault('unknown-node'));
    assert.throws(() => registry.register('jan-1', registration()), fault('wrong-kind'));
  });

  test('turns another instance away while the first is heard of, and lets it in when that is silent', () => {
    const scene = new Scene();
    const first = scene.connect();
    assert.throws(() => scene.registry.register('sfu-1', registration(OTHER)), fault('duplicate'));
    assert.throws(() => scene.connect({ instance: OTHER }), fault('duplicate'));
    scene.registry.register('sfu-1', registration());
    scene.now += 6001;
    scene.registry.register('sfu-1', registration(OTHER));
    scene.connect({ instance: OTHER });
    assert.deepEqual(first.closings, [CLOSE.replaced]);
    assert.equal(scene.registry.report('sfu-1')?.instance, OTHER);
  });

  test('lets another instance in as soon as the connection of the first is gone', () => {
    const scene = new Scene();
    const first = scene.connect();
    scene.registry.receive('sfu-1', first, roomsSaid(['standup']));
    scene.registry.closed('sfu-1', first, 'gone', false);
    scene.events.length = 0;
    scene.connect({ instance: OTHER });
    assert.ok(scene.events.some((event) => event.type === 'node.connected' && event.restarted));
    assert.equal(scene.registry.live.on('standup', 'sfu-1'), undefined, 'rooms are gone with their process');
  });

  test('lets the same instance in once more, closes its old connection, and keeps its rooms until it says otherwise', () => {
    const scene = new Scene();
    const first = scene.connect();
    scene.registry.receive('sfu-1', first, roomsSaid(['standup', 'retro']));
    const second = scene.connect();
    assert.deepEqual(first.closings, [CLOSE.replaced]);
    scene.registry.closed('sfu-1', first, 'late', false);
    assert.equal(scene.registry.report('sfu-1')?.connected, true);
    assert.ok(scene.registry.live.on('standup', 'sfu-1'));
    scene.registry.receive('sfu-1', second, roomsSaid(['retro'], { reset: true }));
    assert.equal(scene.registry.live.on('standup', 'sfu-1'), undefined);
    assert.ok(scene.registry.live.on('retro', 'sfu-1'));
  });

  test('does not take a connection whose share changed since it was told', () => {
    const scene = new Scene();
    scene.registry.register('sfu-1', registration());
    scene.registry.update(parse(SMALL.replace('40000-40001', '40010-40011')));
    assert.throws(() => scene.connect(), fault('reassigned'));
  });
});

describe('another topology', () => {
  test('makes a node register again where its share is another, and only then', () => {
    const scene = new Scene();
    const link = scene.connect();
    scene.registry.update(parse(SMALL.replace('id: sfu-1,', 'id: sfu-1, weight: 50, state: draining,')));
    assert.deepEqual(link.closings, [], 'weight and state are no business of its own');
    scene.registry.update(parse(SMALL.replace('10.0.1.11', '10.0.1.99')));
    assert.deepEqual(link.closings, [CLOSE.reassigned]);
  });

  test('sends away a node that is no more, and forgets it', () => {
    const scene = new Scene();
    const link = scene.connect();
    scene.registry.receive('sfu-1', link, roomsSaid(['standup']));
    scene.registry.update(parse(SMALL.replace(/^.*sfu-1,.*\n/m, '')));
    assert.deepEqual(link.closings, [CLOSE.unknownNode]);
    assert.equal(scene.registry.report('sfu-1'), undefined);
    assert.equal(scene.registry.live.find('standup'), undefined);
    assert.deepEqual([...scene.registry.reported.all()], []);
  });

  test('another interval of heartbeats renews the connection', () => {
    const scene = new Scene();
    const link = scene.connect();
    scene.registry.update(parse(`${SMALL}\nhealth: { rise: 3 }`));
    assert.deepEqual(link.closings, []);
    scene.registry.update(parse(`${SMALL}\nhealth: { interval: 5s }`));
    assert.deepEqual(link.closings, [CLOSE.renewed]);
  });
});

describe('what a node says', () => {
  test('credentials come with its status, go with its workers, and are in no report', () => {
    const scene = new Scene();
    const { registry } = scene;
    const link = scene.connect();
    assert.equal(registry.reported.of('sfu-1', 40001)?.usernameFragment, 'ufrag-40001');
    assert.equal([...registry.reported.all()].length, 2);
    assert.doesNotMatch(JSON.stringify(registry.report('sfu-1')), /secret|ufrag/);
    registry.receive('sfu-1', link, diedSaid(40001));
    assert.equal(registry.reported.of('sfu-1', 40001), undefined);
    assert.match(registry.reported.dead('sfu-1', 40001) ?? '', /40001 died/);
    assert.equal(registry.reported.dead('sfu-1', 40000), undefined);
    registry.receive('sfu-1', link, byeSaid);
    assert.equal(registry.reported.of('sfu-1', 40000), undefined);
    assert.equal(registry.reported.dead('sfu-1', 40000), undefined);
  });

  test('a dead worker takes its rooms along; the others live on', () => {
    const scene = new Scene();
    const { registry } = scene;
    const link = scene.connect();
    registry.receive('sfu-1', link, roomsSaid(['standup', 'retro']));
    scene.told();
    scene.happened();
    registry.receive('sfu-1', link, diedSaid(40000, ['standup']));
    assert.equal(registry.live.on('standup', 'sfu-1'), undefined);
    assert.ok(registry.live.on('retro', 'sfu-1'));
    assert.deepEqual(scene.told(), ['workers sfu-1', 'word sfu-1']);
    assert.deepEqual(scene.happened(), ['node.worker-died']);
    assert.equal(registry.reported.last('sfu-1')?.state, 'draining');
    registry.receive(
      'sfu-1',
      link,
      heartbeatSaid({ workers: [workerSaid(40000, { state: 'dead', probe: null }), workerSaid(40001)] }),
    );
    assert.deepEqual(scene.told(), [], 'the heartbeat that follows says nothing new');
    registry.receive('sfu-1', link, heartbeatSaid());
    assert.deepEqual(scene.told(), ['workers sfu-1', 'word sfu-1'], 'it serves again');
    assert.equal(registry.reported.last('sfu-1')?.state, 'serving');
  });

  test('when the last worker is dead the node is failing', () => {
    const scene = new Scene();
    const link = scene.connect();
    for (const port of [40000, 40001]) scene.registry.receive('sfu-1', link, diedSaid(port));
    assert.equal(scene.registry.reported.last('sfu-1')?.state, 'failing');
  });

  test('rooms that are new are told once, with the nodes that they live on', () => {
    const scene = new Scene();
    const link = scene.connect();
    scene.told();
    scene.registry.receive('sfu-1', link, roomsSaid(['standup', 'retro']));
    scene.registry.receive('sfu-1', link, roomsSaid(['standup']));
    assert.deepEqual(scene.told(), ['found sfu-1 standup,retro']);
    scene.registry.receive('sfu-1', link, roomsSaid([], { closed: ['standup', 'never heard of'] }));
    scene.registry.receive('sfu-1', link, roomsSaid(['standup']));
    assert.deepEqual(scene.told(), ['found sfu-1 standup']);
  });

  test('a name that no room can have is no part of the protocol', () => {
    const scene = new Scene();
    const link = scene.connect();
    assert.throws(() => scene.registry.receive('sfu-1', link, roomsSaid(['a\nb'])), ProtocolError);
  });

  test('draining and goodbye are told, and mean that it leaves; the next process serves again', () => {
    const scene = new Scene();
    const { registry } = scene;
    const link = scene.connect();
    scene.told();
    scene.happened();
    registry.receive('sfu-1', link, heartbeatSaid({ phase: 'draining' }));
    registry.receive('sfu-1', link, heartbeatSaid({ phase: 'draining' }));
    assert.deepEqual(scene.told(), ['leaving', 'word sfu-1']);
    assert.deepEqual(scene.happened(), ['node.draining']);
    assert.deepEqual([...registry.leaving()], ['sfu-1']);
    registry.receive('sfu-1', link, byeSaid);
    registry.closed('sfu-1', link, 'node leaves', false);
    assert.deepEqual(scene.told(), ['word sfu-1'], 'a goodbye is no loss');
    assert.deepEqual(scene.happened(), ['node.left']);
    assert.deepEqual(
      [registry.reported.last('sfu-1')?.state, registry.report('sfu-1')?.phase],
      ['left', 'left'],
    );
    scene.connect({ instance: OTHER });
    assert.deepEqual([...registry.leaving()], []);
    assert.deepEqual(scene.told(), ['leaving', 'word sfu-1']);
    assert.equal(registry.reported.last('sfu-1')?.state, 'serving');
  });

  test('a connection that breaks is a loss, but not where this side ended it', () => {
    const scene = new Scene();
    const link = scene.connect();
    scene.told();
    scene.happened();
    scene.registry.closed('sfu-1', link, 'connection closed (1006)', false);
    assert.deepEqual(scene.told(), ['lost sfu-1']);
    assert.deepEqual(scene.happened(), ['node.disconnected']);
    const again = scene.connect();
    scene.told();
    scene.registry.closed('sfu-1', again, 'register again', true);
    assert.deepEqual(scene.told(), []);
    assert.equal(
      scene.registry.reported.of('sfu-1', 40000)?.usernameFragment,
      'ufrag-40000',
      'it can still be probed',
    );
  });

  test('what comes by a connection that was given up does not count', () => {
    const scene = new Scene();
    const old = scene.connect();
    scene.connect();
    scene.registry.receive('sfu-1', old, roomsSaid(['standup']));
    assert.equal(scene.registry.live.find('standup'), undefined);
  });
});

describe('heartbeats', () => {
  test('age from the last word of any kind', () => {
    const scene = new Scene();
    const link = scene.connect();
    scene.now += 1000;
    scene.registry.receive('sfu-1', link, roomsSaid([]));
    scene.now += 500;
    assert.equal(scene.registry.reported.last('sfu-1')?.at, scene.now - 500);
    assert.equal(
      scene.registry.reported.last('sfu-2'),
      undefined,
      'who never sent one is none that sends them',
    );
  });

  test('of a node that reported before a restart are missed, but only after it had time to come back', () => {
    const scene = new Scene();
    scene.registry.reported.expect(['sfu-2']);
    const started = scene.now;
    scene.now += 20_000;
    assert.equal(scene.registry.reported.last('sfu-2'), undefined);
    scene.now += 1;
    assert.equal(scene.registry.reported.last('sfu-2')?.at, started);
    scene.connect({ node: 'sfu-2' });
    assert.equal(scene.registry.reported.last('sfu-2')?.at, scene.now);
  });

  test('a node that serves other ports than the topology says is failing', () => {
    const scene = new Scene();
    scene.connect();
    scene.registry.update(parse(SMALL.replace('40000-40001', '40010-40011')));
    const { state, why } = scene.registry.reported.last('sfu-1')!;
    assert.equal(state, 'failing');
    assert.equal(why, 'it serves media ports 40000, 40001, the topology says 40010-40011; restart it');
  });
});

test('complaints about one node are told once a minute', () => {
  const scene = new Scene();
  scene.registry.complain('sfu-1', 'a');
  scene.registry.complain('sfu-1', 'b');
  scene.registry.complain('sfu-2', 'c');
  scene.now += 60_000;
  scene.registry.complain('sfu-1', 'd');
  assert.deepEqual(
    scene.events.map((event) => 'why' in event && event.why),
    ['a', 'c', 'd'],
  );
});
