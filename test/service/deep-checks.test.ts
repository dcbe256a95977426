import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { createTask } from 'node-cron';
import type { AnyEvent } from '../../src/events/events.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';
import { heartbeatSaid, roomsSaid, statusSaid, workerSaid } from '../nodes/said.ts';
import { Scene } from './scene.ts';

const INTERVAL = 2000;
/** Not asked all the time. */
const SECOND_ADDRESS = 'sfu-2/tcp/fd00:1::12/4443';
const NIGHTLY = '{ cron: 0 4 * * *, timeZone: Asia/Seoul }';
const withDeep = (deepCheck: string, more = '') =>
  `${SMALL}\nhealth: { damping: off, panicThreshold: off, deepCheck: ${deepCheck}${more} }`;

/** Of deep checks: claims are compared on another. */
const scheduled = (scene: Scene) => [...scene.schedules].filter(({ cron }) => cron !== '*/5 * * * *');

async function started(t: TestContext, text = withDeep(NIGHTLY)): Promise<Scene> {
  const scene = await new Scene().start(t, text);
  const node = scene.connect();
  await scene.clock.go(INTERVAL * 1.3);
  node.say(heartbeatSaid());
  return scene;
}

/** The time has come; done when the check is. */
async function fire(scene: Scene): Promise<AnyEvent[]> {
  const before = scene.events.length;
  const [schedule] = scheduled(scene);
  assert.ok(schedule);
  const work = schedule.work();
  // Far longer than it takes, and heartbeats are not missed yet.
  for (let i = 0; i < 100; i++) {
    await new Promise(setImmediate);
    await scene.clock.go(25);
  }
  await work;
  return scene.events.slice(before);
}

async function asked(scene: Scene, endpoint: string): Promise<void> {
  for (let i = 0; i < 1000 && !scene.sent.some(({ id }) => id === endpoint); i++)
    await new Promise(setImmediate);
}

const told = (events: readonly AnyEvent[]) =>
  events.flatMap((event) =>
    event.type === 'deep-check.contradiction'
      ? [`${event.node} ${event.check} ${event.target}: ${event.believed}, ${event.found}`]
      : [],
  );

describe('deep checks', () => {
  test('at their times every node is asked everything; where all is well, that is all that is told', async (t) => {
    const scene = await started(t);
    assert.deepEqual(
      scheduled(scene).map(({ cron, timeZone }) => [cron, timeZone]),
      [['0 4 * * *', 'Asia/Seoul']],
    );
    scene.sent.length = 0;
    const events = await fire(scene);
    assert.deepEqual(told(events), []);
    const done = events.find((event) => event.type === 'deep-check.done');
    assert.equal(done?.nodes, 5, 'the draining one as well');
    const asked = new Set(scene.sent.map(({ id }) => id));
    for (const id of ['sfu-1/stun#2/tcp/10.0.1.11/40000', SECOND_ADDRESS, 'jan-1/janus/10.0.1.15/8088'])
      assert.ok(asked.has(id), id);
  });

  test('an address that is not asked all the time and does not answer is told, and changes no state', async (t) => {
    const scene = await started(t);
    scene.answers.set(SECOND_ADDRESS, 'r');
    const events = await fire(scene);
    assert.deepEqual(told(events), ['sfu-2 tcp [fd00:1::12]:4443/tcp: up, refused']);
    assert.equal(events.find((event) => event.type === 'deep-check.done')?.contradictions, 1);
    assert.equal(scene.state('sfu-2'), 'up');
    await scene.clock.go(INTERVAL * 5);
    assert.equal(scene.state('sfu-2'), 'up');
    const found = events.find((event) => event.type === 'deep-check.contradiction');
    assert.match(found?.hint ?? '', /nothing listens there/);
  });

  test('what fails once and answers again is not told', async (t) => {
    const scene = await started(t);
    scene.answers.set(SECOND_ADDRESS, 't');
    const firing = fire(scene);
    await asked(scene, SECOND_ADDRESS);
    scene.answers.clear();
    assert.deepEqual(told(await firing), []);
    assert.equal(scene.sent.filter(({ id }) => id === SECOND_ADDRESS).length, 2);
  });

  test('nor is what fails only when it is asked again', async (t) => {
    const scene = await started(t);
    scene.answers.set(SECOND_ADDRESS, 'r');
    const workers = [workerSaid(40002), workerSaid(40003)];
    scene.connect({ node: 'sfu-2', status: statusSaid({ workers }) });
    const firing = fire(scene);
    await asked(scene, SECOND_ADDRESS);
    scene.answers.delete(SECOND_ADDRESS);
    const other = 'sfu-2/stun#2/tcp/fd00:1::12/40002';
    scene.answers.set(other, 'r');
    assert.deepEqual(told(await firing), []);
    assert.ok(scene.sent.some(({ id }) => id === other));
  });

  test('a node that goes down meanwhile is for the other checks to tell', async (t) => {
    const scene = await started(t);
    scene.answers.set('sfu-2', 'r');
    assert.deepEqual(told(await fire(scene)), []);
    assert.equal(scene.state('sfu-2'), 'down');
  });

  test('follow the topology: other times, none, and a node that is gone', async (t) => {
    const scene = await started(t);
    const { dispatcher } = scene.service;
    const times = () => scheduled(scene).map(({ cron }) => cron);
    dispatcher.setTopology(parse(withDeep("{ cron: '@hourly' }").replace(/^.*sfu-2,.*\n/m, '')));
    assert.deepEqual(times(), ['@hourly']);
    await fire(scene);
    assert.equal(scene.events.findLast((event) => event.type === 'deep-check.done')?.nodes, 4);
    const [hourly] = scheduled(scene);
    dispatcher.setTopology(parse(withDeep("{ cron: '@hourly' }")));
    assert.deepEqual(scheduled(scene), [hourly]);
    assert.equal(scheduled(scene)[0], hourly, 'the same goes on');
    dispatcher.setTopology(parse(withDeep('off')));
    assert.deepEqual(times(), []);
    dispatcher.setTopology(parse(withDeep(NIGHTLY, ', enabled: false')));
    assert.deepEqual(times(), [], 'health checks are off');
  });

  test('there are none where nothing is sent, nor where the topology does not ask for them', async (t) => {
    const passive = await new Scene().start(t, withDeep(NIGHTLY), { sending: false });
    assert.deepEqual(scheduled(passive), []);
    assert.deepEqual(scheduled(await started(t, SMALL)), []);
  });

  test('the end of the dispatcher ends one that is under way, and tells nothing more', async (t) => {
    const scene = await started(t);
    scene.answers.set(SECOND_ADDRESS, 'r');
    const [schedule] = scheduled(scene);
    const work = schedule!.work();
    await scene.settle();
    await scene.service.stop();
    await work;
    assert.equal(scene.told('deep-check.done').length, 0);
    assert.equal(scheduled(scene).length, 0);
  });

  test('node-cron takes every expression that the topology does', () => {
    for (const cron of ['0 4 * * *', '@daily', '30 4 * * sat,sun', '0 0 L * *'])
      assert.doesNotThrow(
        () => void createTask(cron, () => undefined, { timezone: 'Asia/Seoul' }).destroy(),
        cron,
      );
  });
});

test('claims are compared with live rooms every five minutes', async (t) => {
  const scene = await new Scene().start(t, SMALL);
  const [schedule] = [...scene.schedules];
  assert.deepEqual([schedule?.cron, schedule?.timeZone], ['*/5 * * * *', 'UTC']);
  const node = scene.connect();
  node.say(roomsSaid(['standup']));
  await scene.settle();
  assert.ok(await scene.store.claims.get('standup'));
  // Behind the dispatcher's back, as when a store comes back empty.
  await scene.store.claims.release('standup');
  await schedule!.work();
  assert.equal((await scene.store.claims.get('standup'))?.node, 'sfu-1');
});
