import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { AnyEvent } from '../../src/events/events.ts';
import { startMaintenance } from '../../src/service/maintenance-service.ts';
import { smallServer } from '../fixtures/cluster.ts';

const MINUTE = 60_000;
const WINDOW = { cron: '0 3 * * *', duration: '30m', nodes: ['sfu-1'] };

/** A server whose windows open and close by a clock that goes when told. */
async function scene(t: TestContext, start: string) {
  const { app, dispatcher } = await smallServer();
  const events: AnyEvent[] = [];
  let now = Date.parse(`${start}Z`);
  let minute: () => void = () => undefined;
  const stop = startMaintenance({
    dispatcher,
    events: { emit: (event) => void events.push(event) },
    now: () => now,
    trigger: (callback) => {
      minute = callback;
      return () => (minute = () => undefined);
    },
  });
  t.after(async () => {
    stop();
    await app.close();
  });
  const go = (minutes: number) => {
    now += minutes * MINUTE;
    minute();
  };
  const put = (id: string, payload: object) =>
    app.inject({ method: 'PUT', url: `/v1/maintenance/${id}`, payload });
  const stateOf = (node: string) => dispatcher.snapshot.view.nodes.get(node)?.state;
  return { app, events, go, put, stateOf };
}

test('a window put by REST drains its nodes while it is open, and leaves what is declared as it was', async (t) => {
  const { app, events, go, put, stateOf } = await scene(t, '2026-03-01T02:50');
  const created = await put('updates', WINDOW);
  assert.equal(created.statusCode, 201, created.body);
  assert.deepEqual(created.json(), { id: 'updates', timeZone: 'UTC', ...WINDOW });
  assert.equal(stateOf('sfu-1'), 'active');

  go(10);
  assert.equal(stateOf('sfu-1'), 'draining');
  assert.equal((await app.inject('/v1/nodes/sfu-1')).json().state, 'active');
  const open = (await app.inject('/v1/maintenance')).json().open;
  const since = Date.parse('2026-03-01T03:00Z');
  assert.deepEqual(open, [{ window: 'updates', since, until: since + 30 * MINUTE }]);

  go(30);
  assert.equal(stateOf('sfu-1'), 'active');
  assert.deepEqual((await app.inject('/v1/maintenance')).json().open, []);
  const told = events.map((event) => event.type);
  assert.deepEqual(told, ['maintenance.opened', 'maintenance.closed']);
});

test('a window that is open already when it is made drains at once, and undrains when it is removed', async (t) => {
  const { app, put, stateOf } = await scene(t, '2026-03-01T03:10');
  await put('updates', WINDOW);
  assert.equal(stateOf('sfu-1'), 'draining');
  const drained = await app.inject({ method: 'POST', url: '/v1/nodes/sfu-1/drain' });
  assert.equal(drained.statusCode, 200, drained.body);
  const removed = await app.inject({ method: 'DELETE', url: '/v1/maintenance/updates' });
  assert.equal(removed.statusCode, 204);
  // What the operator declared meanwhile holds.
  assert.equal(stateOf('sfu-1'), 'draining');
  await app.inject({ method: 'POST', url: '/v1/nodes/sfu-1/undrain' });
  assert.equal(stateOf('sfu-1'), 'active');
});

test('windows that cannot be meant are refused with place and reason, and nothing is applied', async (t) => {
  const { app, put } = await scene(t, '2026-03-01T03:10');
  const cases: [object, RegExp][] = [
    [{ ...WINDOW, cron: '0 3 * *' }, /cron/],
    [{ ...WINDOW, cron: '61 3 * * *' }, /cron/],
    [{ ...WINDOW, duration: '90s' }, /duration/],
    [{ ...WINDOW, timeZone: 'Asia/Soul' }, /timeZone/],
    [{ ...WINDOW, nodes: ['sfu-77'] }, /nodes/],
    [{ ...WINDOW, zone: 'a' }, /maintenance/],
  ];
  for (const [window, path] of cases) {
    const answer = await put('bad', window);
    assert.equal(answer.statusCode, 422, answer.body);
    const [fault] = answer.json().faults;
    assert.match(fault.path, path);
    assert.ok(fault.hint.length > 0);
  }
  assert.deepEqual((await app.inject('/v1/maintenance')).json(), { maintenance: [], open: [] });
});
