/** What HAProxy's driver plans: in which order, how much of it, and from where an apply was killed. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Plan } from '../../src/targets/driver.ts';
import { haproxyDriver } from '../../src/targets/haproxy/driver/driver.ts';
import type { HaproxyAction } from '../../src/targets/haproxy/driver/plan.ts';
import type { HaproxyState, LiveServer } from '../../src/targets/haproxy/driver/state.ts';
import { balancerFor } from './balancers.ts';
import { cluster, intentOf, type Fields } from './documents.ts';

const driver = haproxyDriver(balancerFor('haproxy'));

function stateOf(nodes: readonly Fields[], drain = 'keep-flows'): HaproxyState {
  const media = { protocols: ['tcp'], ports: '40000-49999', drain };
  const state = driver.desired(intentOf(cluster({ signalling: { port: 443 }, media }, nodes)));
  return { ...state, running: state.running && { ...state.running, version: '2.6.12' } };
}

function many(count: number, first: Fields): Fields[] {
  return Array.from({ length: count }, (_, i) => (i === 0 ? first : {}));
}

const done = ({ steps }: Plan<HaproxyAction>) => steps.map(({ action }) => action.do);

/** The process has this server otherwise than its file says. */
function withServer(state: HaproxyState, name: string, fields: Partial<LiveServer>): HaproxyState {
  const { file, running } = state;
  const servers = running?.servers.map((one) =>
    one.proxy.startsWith('media:') && one.name === name ? { ...one, ...fields } : one,
  );
  return { file, running: running && { ...running, servers: servers ?? [] } };
}

describe('what the run-time API can do', () => {
  test('is told first, and the file follows', () => {
    const plan = driver.plan(stateOf(many(3, {})), stateOf(many(3, { weight: 7 })));
    assert.deepEqual(done(plan), ['commands', 'write']);
  });

  test('is as much as what changed, whatever the number of nodes', () => {
    const commands = [10, 1000].map((count) => {
      const plan = driver.plan(stateOf(many(count, {})), stateOf(many(count, { weight: 7 })));
      return plan.steps.flatMap(({ action }) => (action.do === 'commands' ? action.commands : []));
    });
    assert.deepEqual(commands[1], ['set server sig:public/sfu-1 weight 7']);
    assert.deepEqual(commands[0], commands[1]);
  });

  test('killed before the file followed, only the file is left to do, and it is told of', () => {
    const [from, to] = [stateOf(many(3, {})), stateOf(many(3, { weight: 7 }))];
    const plan = driver.plan({ file: from.file, running: to.running }, to);
    assert.deepEqual(done(plan), ['write']);
    assert.ok(plan.changes.some(({ key }) => key === 'sig:public/sfu-1'));
  });

  test('started anew before the file followed, the process is told again', () => {
    const [from, to] = [stateOf(many(3, {})), stateOf(many(3, { weight: 7 }))];
    assert.deepEqual(done(driver.plan(from, to)), ['commands', 'write']);
  });
});

test('what takes a reload is written first, and comes by one reload however much it is', () => {
  const plan = driver.plan(stateOf(many(3, {})), stateOf(many(30, {})));
  assert.deepEqual(done(plan), ['write', 'reload']);
});

describe('a node that drains by flush', () => {
  const [active, drained] = [many(3, {}), many(3, { state: 'draining' })].map((nodes) =>
    stateOf(nodes, 'flush'),
  ) as [HaproxyState, HaproxyState];

  test('is cut in one step, that puts it in maintenance', () => {
    const plan = driver.plan(withServer(active, 'sfu-1', { connections: 4 }), drained);
    assert.deepEqual(done(plan), ['cut', 'commands', 'write']);
    const disrupted = plan.changes.filter(({ disrupts }) => disrupts !== null);
    assert.deepEqual(
      disrupted.map(({ key, disrupts }) => [key, disrupts?.connections]),
      [['media:public:sfu-1/sfu-1', 4]],
    );
  });

  test('is cut by the next run where one was killed in between, which only then has something to do', () => {
    const killed = withServer(drained, 'sfu-1', { connections: 4 });
    const plan = driver.plan(killed, drained);
    assert.deepEqual(done(plan), ['cut']);
    assert.deepEqual(
      plan.changes.map(({ key }) => key),
      ['media:public:sfu-1/sfu-1'],
    );
    assert.deepEqual(done(driver.plan(withServer(drained, 'sfu-1', { connections: 0 }), drained)), []);
  });

  test('is cut before the reload that takes it away, also where one was killed in between', () => {
    const others = many(3, {}).slice(1);
    const without = stateOf(
      others.map((node, i) => ({ ...node, id: `sfu-${i + 2}`, addresses: [`10.0.0.${i + 2}`] })),
      'flush',
    );
    assert.deepEqual(done(driver.plan(active, without)), ['write', 'cut', 'reload']);
    const killed = withServer(active, 'sfu-1', { admin: 'maint', connections: 1 });
    assert.deepEqual(done(driver.plan(killed, without)), ['write', 'cut', 'reload']);
  });

  test('that drained softly until its limit gets no new connection on the way to the cut', () => {
    const soft = stateOf(many(3, { state: 'draining' }), 'keep-flows');
    const plan = driver.plan(withServer(soft, 'sfu-1', { connections: 1 }), drained);
    assert.equal(done(plan)[0], 'cut');
  });
});
