import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_HEALTH } from '../../src/topology/health/config.ts';
import { Detector } from '../../src/health/detector/detector.ts';
import type { Endpoint } from '../../src/health/endpoint.ts';
import type { HealthEvent } from '../../src/health/events.ts';
import type { Outcome } from '../../src/health/outcome.ts';
import type { Probes } from '../../src/health/probe.ts';
import { HealthScheduler } from '../../src/health/scheduler.ts';
import { outcome } from './detector/letters.ts';
import { direct, names } from './detector/cluster.ts';
import { FakeClock } from './fake-clock.ts';

const INTERVAL = 2000;

/** Probes that answer as told, and write down when they were asked. */
class Scene {
  readonly clock = new FakeClock();
  readonly asked: { id: string; at: number }[] = [];
  readonly events: HealthEvent[] = [];
  /** Of probes that don't answer at once. */
  readonly open: ((outcome: Outcome) => void)[] = [];
  answer: (endpoint: Endpoint) => Outcome | 'later' | Error = () => outcome('.');
  most = 0;
  readonly detector: Detector;
  readonly scheduler: HealthScheduler;

  constructor(endpoints: readonly Endpoint[], concurrency = 1000) {
    this.detector = new Detector(DEFAULT_HEALTH, endpoints, this.clock.now());
    const run = (endpoint: Endpoint): Promise<Outcome> => {
      this.asked.push({ id: endpoint.id, at: this.clock.now() });
      this.most = Math.max(this.most, this.scheduler.stats.underWay);
      const answer = this.answer(endpoint);
      if (answer instanceof Error) return Promise.reject(answer);
      return answer === 'later' ? new Promise((resolve) => this.open.push(resolve)) : Promise.resolve(answer);
    };
    const probe = <C extends Endpoint['check']>(check: C) => ({ check, run });
    const probes: Probes = {
      stun: probe('stun'),
      'vip-stun': probe('vip-stun'),
      heartbeat: probe('heartbeat'),
      janus: probe('janus'),
      http: probe('http'),
      tcp: probe('tcp'),
    };
    const { clock, detector } = this;
    this.scheduler = new HealthScheduler({ detector, probes, clock, endpoints, concurrency });
    this.scheduler.listen((event) => this.events.push(event));
  }

  count(id: string): number {
    return this.asked.filter((each) => each.id === id).length;
  }

  async finishOpen(letter = '.'): Promise<void> {
    for (const resolve of this.open.splice(0)) resolve(outcome(letter));
    for (let i = 0; i < 10; i++) await Promise.resolve();
  }
}

const endpoints = (count: number) => names(count).map(direct);

describe('the scheduler', () => {
  test('probes every endpoint once an interval, spread over it', async () => {
    const scene = new Scene(endpoints(200));
    scene.scheduler.start();
    await scene.clock.go(20 * INTERVAL);
    for (const id of names(200)) {
      const count = scene.count(`${id}/stun`);
      assert.ok(count >= 19 && count <= 21, `${id}: ${count}`);
    }
    const perSlot = new Map<number, number>();
    for (const { at } of scene.asked) {
      const slot = Math.floor(at / 100);
      perSlot.set(slot, (perSlot.get(slot) ?? 0) + 1);
    }
    // 10 in each tenth of a second on average.
    assert.ok(Math.max(...perSlot.values()) <= 30);
    await scene.scheduler.stop();
  });

  test('tells transitions to who listens, until he no longer wants to know', async () => {
    const scene = new Scene(endpoints(1));
    const told: string[] = [];
    const end = scene.scheduler.listen((event) => told.push(event.type));
    scene.scheduler.start();
    await scene.clock.go(INTERVAL * 1.5);
    assert.deepEqual(told, ['node.state']);
    end();
    scene.answer = () => outcome('r');
    await scene.clock.go(INTERVAL * 1.5);
    assert.deepEqual(told, ['node.state']);
    assert.equal(scene.events.length, 2);
    assert.equal(scene.detector.states().get('sfu-1'), 'down');
    await scene.scheduler.stop();
  });

  test('has no more probes under way than it may; the rest waits its turn and is lost to nobody', async () => {
    const scene = new Scene(endpoints(50), 7);
    scene.answer = () => 'later';
    scene.scheduler.start();
    await scene.clock.go(INTERVAL * 1.3);
    assert.equal(scene.scheduler.stats.underWay, 7);
    assert.equal(scene.scheduler.stats.waiting, 43);
    while (scene.open.length > 0) await scene.finishOpen();
    assert.equal(new Set(scene.asked.map(({ id }) => id)).size, 50);
    assert.equal(scene.most, 7);
    const stopped = scene.scheduler.stop();
    await scene.finishOpen();
    await stopped;
  });

  test('does not probe again what is still under way, counts that, and tells it once a minute', async () => {
    const scene = new Scene(endpoints(2));
    scene.answer = () => 'later';
    scene.scheduler.start();
    await scene.clock.go(60 * INTERVAL);
    assert.equal(scene.asked.length, 2);
    assert.ok(scene.scheduler.stats.overruns > 100);
    const behind = scene.events.filter(({ type }) => type === 'probes.behind');
    assert.ok(behind.length >= 2 && behind.length <= 3, String(behind.length));
    const stopped = scene.scheduler.stop();
    await scene.finishOpen();
    await stopped;
  });

  test('stops: nothing begins any more, no timer is left, and it waits for what is under way', async () => {
    const scene = new Scene(endpoints(20), 5);
    scene.answer = () => 'later';
    scene.scheduler.start();
    await scene.clock.go(INTERVAL);
    let done = false;
    const stopped = scene.scheduler.stop().then(() => (done = true));
    assert.equal(scene.clock.pending, 0);
    const asked = scene.asked.length;
    await scene.clock.go(5 * INTERVAL);
    assert.equal(done, false);
    await scene.finishOpen('r');
    await stopped;
    assert.equal(scene.asked.length, asked);
    assert.deepEqual(scene.events, [], 'what was found out after the stop is dropped');
  });

  test('stopping what does not run, and starting twice, do no harm; and it can be started again', async () => {
    const scene = new Scene(endpoints(1));
    await scene.scheduler.stop();
    scene.scheduler.start();
    scene.scheduler.start();
    await scene.clock.go(2 * INTERVAL);
    await scene.scheduler.stop();
    const before = scene.asked.length;
    assert.ok(before <= 3);
    scene.scheduler.start();
    await scene.clock.go(2 * INTERVAL);
    assert.ok(scene.asked.length > before);
    await scene.scheduler.stop();
  });

  test('an update takes endpoints in and out, and what is known of the others stays', async () => {
    const scene = new Scene(endpoints(2));
    scene.answer = ({ node }) => outcome(node === 'sfu-2' ? 'r' : '.');
    scene.scheduler.start();
    await scene.clock.go(INTERVAL * 1.3);
    scene.scheduler.update(DEFAULT_HEALTH, [direct('sfu-2'), direct('sfu-3')]);
    const before = scene.count('sfu-1/stun');
    await scene.clock.go(INTERVAL * 1.3);
    assert.equal(scene.count('sfu-1/stun'), before);
    assert.ok(scene.count('sfu-3/stun') >= 1);
    assert.deepEqual(Object.fromEntries(scene.detector.states()), { 'sfu-2': 'down', 'sfu-3': 'up' });
    await scene.scheduler.stop();
  });

  test('updated without endpoints it sends nothing, and every node is unknown', async () => {
    const scene = new Scene(endpoints(2));
    scene.scheduler.start();
    await scene.clock.go(INTERVAL * 1.3);
    const before = scene.asked.length;
    scene.scheduler.update({ ...DEFAULT_HEALTH, enabled: false }, []);
    await scene.clock.go(5 * INTERVAL);
    assert.equal(scene.asked.length, before);
    assert.equal(scene.detector.states().size, 0);
    await scene.scheduler.stop();
  });

  test('a recheck asks at once, beside the schedule', async () => {
    const scene = new Scene(endpoints(3));
    await scene.scheduler.recheck('sfu-2', 'stun');
    assert.deepEqual(
      scene.asked.map(({ id }) => id),
      ['sfu-2/stun'],
    );
    assert.equal(scene.detector.states().get('sfu-2'), 'up');
  });

  test('rechecks go before what is due, but not beyond what may be under way; a stop lets go of them', async () => {
    const scene = new Scene(endpoints(4), 2);
    scene.answer = () => 'later';
    const rechecks = names(4).map((node) => scene.scheduler.recheck(node, 'stun'));
    assert.equal(scene.asked.length, 2);
    await scene.finishOpen();
    assert.equal(scene.asked.length, 4);
    await scene.finishOpen();
    await Promise.all(rechecks);
    scene.scheduler.start();
    const waiting = names(4).map((node) => scene.scheduler.recheck(node, 'stun'));
    const stopped = scene.scheduler.stop();
    await scene.finishOpen();
    await Promise.all([...waiting, stopped]);
    assert.equal(scene.asked.length, 6, 'those that waited were not made');
  });

  test('a probe that fails by itself says nothing of the node', async () => {
    const scene = new Scene(endpoints(1));
    scene.answer = () => new Error('a bug');
    await scene.scheduler.recheck('sfu-1', 'stun');
    const [check] = scene.detector.node('sfu-1', 0)?.checks ?? [];
    assert.equal(check?.state, 'unknown');
    assert.equal(check.last?.outcome.kind, 'skipped');
  });

  test('a seed moves all times, so that two dispatchers take turns', async () => {
    const times = async (seed: string) => {
      const clock = new FakeClock();
      const detector = new Detector(DEFAULT_HEALTH, endpoints(1), clock.now());
      const asked: number[] = [];
      const run = () => {
        asked.push(clock.now());
        return Promise.resolve(outcome('.'));
      };
      const probes = { stun: { check: 'stun', run } } as unknown as Probes;
      const scheduler = new HealthScheduler({
        detector,
        probes,
        clock,
        endpoints: endpoints(1),
        concurrency: 1,
        seed,
      });
      scheduler.start();
      await clock.go(INTERVAL * 1.3);
      await scheduler.stop();
      return asked;
    };
    assert.notDeepEqual(await times('a'), await times('b'));
    assert.deepEqual(await times('a'), await times('a'));
  });
});
