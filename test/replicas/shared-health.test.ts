/** Three dispatchers that probe the same nodes and share what they find, without a network. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { Membership } from '../../src/replicas/membership.ts';
import { memoryStore } from '../../src/store/memory.ts';
import type { Coordination, ReplicaInfo, Store } from '../../src/store/store.ts';
import { until } from '../media-node/support.ts';
import { Scene } from '../service/scene.ts';
import { INTERVAL, pass, PLAIN } from './pass.ts';

/** What replicas share, in this process. */
class Hub {
  readonly replicas = new Map<string, ReplicaInfo>();
  readonly verdicts = new Map<string, string>();
  readonly listeners = new Set<() => void>();
  down = false;

  member(id: string): Coordination {
    const answer = <T>(value: () => T): Promise<T> =>
      this.down ? Promise.reject(new Error('away')) : Promise.resolve(value());
    const tell = (): void => this.listeners.forEach((listener) => listener());
    return {
      id,
      beat: (self) =>
        answer(() => {
          this.replicas.set(id, self);
          return [...this.replicas.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
        }),
      leave: () =>
        answer(() => {
          this.replicas.delete(id);
          this.verdicts.delete(id);
          tell();
        }),
      publish: (json) =>
        answer(() => {
          this.verdicts.set(id, json);
          tell();
        }),
      verdicts: () => answer(() => new Map(this.verdicts)),
      listen: (told) => {
        this.listeners.add(told);
        return () => this.listeners.delete(told);
      },
      lease: () => answer(() => ({ held: true, token: 1 })),
      release: () => answer(() => undefined),
    };
  }
}

async function replicas(
  t: TestContext,
  hub: Hub,
  count: number,
): Promise<{ scene: Scene; membership: Membership }[]> {
  const joined: { membership: Membership; store: Store }[] = [];
  for (let i = 0; i < count; i++) {
    const coordination = hub.member(`replica-${i}`);
    const membership = await Membership.join(coordination, { every: 20, lasts: 200 });
    t.after(() => membership.leave());
    joined.push({ membership, store: { ...memoryStore(), coordination } });
  }
  await until('all know all', () => joined.every(({ membership }) => membership.alive.length === count));
  const started = [];
  for (const { membership, store } of joined) {
    started.push({ membership, scene: await new Scene(store).start(t, PLAIN, { membership }) });
  }
  return started;
}

describe('replicas', () => {
  test('believe a node down when most of its probers do, whatever one of them sees', async (t) => {
    const all = await replicas(t, new Hub(), 3);
    const states = (node: string) => all.map(({ scene }) => scene.state(node));
    await pass(all, INTERVAL * 2);
    assert.deepEqual(states('sfu-1'), ['up', 'up', 'up']);
    all[0]!.scene.answers.set('sfu-1', 'r');
    await pass(all, INTERVAL * 2);
    assert.deepEqual(states('sfu-1'), ['up', 'up', 'up']);
    all[1]!.scene.answers.set('sfu-1', 'r');
    await pass(all, INTERVAL * 2);
    assert.deepEqual(states('sfu-1'), ['down', 'down', 'down']);
    all[0]!.scene.answers.delete('sfu-1');
    await pass(all, INTERVAL * 4);
    assert.deepEqual(states('sfu-1'), ['up', 'up', 'up']);
  });

  test('of many probe each node by three, and take over from one that leaves', async (t) => {
    const hub = new Hub();
    const all = await replicas(t, hub, 5);
    await pass(all, INTERVAL * 2);
    const probing = (node: string) =>
      all.filter(({ scene }) =>
        scene.sent.some((endpoint) => endpoint.node === node && endpoint.check === 'tcp'),
      );
    const first = probing('sfu-1');
    assert.equal(first.length, 3);
    assert.ok(
      all.every(({ scene }) => scene.state('sfu-1') === 'up'),
      'those too that do not probe it',
    );
    await first[0]!.membership.leave();
    const rest = all.filter((each) => each !== first[0]);
    await until('the rest to know', () => rest.every(({ membership }) => membership.alive.length === 4));
    for (const { scene } of all) scene.sent.length = 0;
    await pass(rest, INTERVAL * 2);
    assert.equal(probing('sfu-1').length, 3);
  });

  test('probe everything, each by itself, while the store is away', async (t) => {
    const hub = new Hub();
    const all = await replicas(t, hub, 5);
    await pass(all, INTERVAL * 2);
    hub.down = true;
    await until('all to be alone', () => all.every(({ membership }) => membership.alive.length === 1));
    for (const { scene } of all) {
      scene.sent.length = 0;
      scene.answers.set('sfu-1', 'r');
    }
    await pass(all, INTERVAL * 3);
    for (const { scene } of all) {
      assert.ok(scene.sent.some(({ node }) => node === 'sfu-2'));
      assert.equal(scene.state('sfu-1'), 'down');
    }
  });
});
