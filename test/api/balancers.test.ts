/** Live balancers by REST: one of target file, whose reload is a real program, driven by this server or by an agent. */
import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { buildServer } from '../../src/api/server.ts';
import { Dispatcher } from '../../src/dispatcher/dispatcher.ts';
import { TopologyEditor } from '../../src/dispatcher/topology-editor.ts';
import { systemClock } from '../../src/health/clock.ts';
import { takeLock } from '../../src/reconcile/lock.ts';
import type { BalancerReport } from '../../src/reconcile/report.ts';
import { BalancerBoard } from '../../src/service/balancer-board.ts';
import { driveLocally } from '../../src/service/local-balancers.ts';
import { openEngine } from '../../src/service/open-engine.ts';
import { openStore } from '../../src/store/open.ts';
import { fileSite, type FileSite } from '../cli/file-site.ts';
import { until } from '../media-node/support.ts';
import { topologyOf } from '../targets/documents.ts';
import { assertDeclared, openapi, type Paths } from './openapi-answers.ts';

class Bench {
  constructor(
    readonly site: FileSite,
    readonly app: FastifyInstance,
    readonly dispatcher: Dispatcher,
    readonly paths: Paths,
  ) {}

  /** Every answer is held to the OpenAPI document. */
  async ask(method: 'GET' | 'POST' | 'PUT', what: string, payload?: object, headers = {}) {
    const request: InjectOptions = { method, url: `/v1/targets/lb-1/${what}`, headers };
    const answer = await this.app.inject(payload ? { ...request, payload } : request);
    assertDeclared(this.paths[`/v1/targets/{target}/${what}`]![method.toLowerCase()]!, answer);
    return { code: answer.statusCode, body: answer.json() };
  }

  get = (what: string) => this.ask('GET', what);
  apply = (options?: object, headers = {}) => this.ask('POST', 'apply', options, headers);

  async inSync(): Promise<void> {
    await until('the balancer is in sync', async () => {
      const [{ standing, wanted, applied }] = (await this.get('status')).body.balancers;
      return standing === 'in-sync' && wanted === applied && wanted === this.dispatcher.snapshot.revision;
    });
  }
}

/** Drift is left where it is, so that only what is asked for is done. */
async function bench(t: TestContext, drivenBy: 'server' | 'others'): Promise<Bench> {
  let stop = () => Promise.resolve();
  // Hooks run in their order: before the site's own, which removes its folder.
  t.after(() => stop());
  const site = await fileSite(t, { drift: 'report' });
  const topology = topologyOf(JSON.parse(await readFile(site.topology, 'utf8')));
  const store = await openStore('memory');
  const dispatcher = new Dispatcher(store.claims, topology);
  const balancers = new BalancerBoard(systemClock);
  const app = await buildServer({
    dispatcher,
    editor: new TopologyEditor(store.topology, dispatcher),
    targets: [],
    ready: () => store.ready(),
    balancers,
  });
  if (drivenBy === 'server') {
    const engines = [
      openEngine(topology.balancers[0]!, { cluster: topology.cluster, stateFolder: site.state })!,
    ];
    stop = driveLocally({ dispatcher, board: balancers, engines, clock: systemClock });
  }
  return new Bench(site, app, dispatcher, (await openapi(app)).paths);
}

describe('a balancer that this dispatcher drives', () => {
  test('is told of: how it stands, what would be done, what was', async (t) => {
    const { inSync, get, app, site, dispatcher, ...rest } = bound(await bench(t, 'server'));
    await inSync();
    const { balancers } = (await get('status')).body;
    assert.deepEqual(
      balancers.map(({ balancer, target, where, source, why }: BalancerReport & { source: string }) => ({
        balancer,
        target,
        where,
        source,
        why,
      })),
      [{ balancer: 'lb-1', target: 'file', where: site.path, source: 'local', why: null }],
    );
    assert.deepEqual((await app.inject('/v1/targets/file/status')).json(), { balancers });

    const { plan } = (await get('plan')).body;
    assert.deepEqual(
      [plan.revision, plan.steps, plan.drift],
      [dispatcher.snapshot.intent.revision, [], false],
    );
    const { entries } = (await get('history')).body;
    assert.deepEqual(
      entries.map(({ what, result, counts }: Record<string, unknown>) => [what, result, counts]),
      [['apply', 'applied', { added: 2, changed: 0, removed: 0, steps: 2 }]],
    );
    assert.equal((await rest.apply()).body.result, 'unchanged');
  });

  test('shows drift in its plan, and applies just that plan', async (t) => {
    const { inSync, get, apply, site } = bound(await bench(t, 'server'));
    await inSync();
    await appendFile(site.path, '# by hand\n');
    const { plan } = (await get('plan')).body;
    assert.equal(plan.drift, true);
    await appendFile(site.path, '# and again\n');
    const stale = await apply({ plan: plan.id });
    assert.deepEqual([stale.code, stale.body.type], [409, 'urn:roomlb:problem:refused']);
    assert.match(stale.body.detail, /the plan is [0-9a-f]{16} by now, not/);
    assert.match((await site.file()) ?? '', /# and again/, 'a refused apply changed something');

    const { plan: fresh } = (await get('plan')).body;
    assert.deepEqual(stale.body.plan.id, fresh.id);
    const both = await Promise.all([apply({ plan: fresh.id }), apply({ plan: fresh.id })]);
    assert.deepEqual(both.map(({ code, body }) => `${code} ${body.result}`).sort(), [
      '200 applied',
      '200 unchanged',
    ]);
    assert.doesNotMatch((await site.file()) ?? '', /# by hand/);
    assert.equal((await get('history')).body.entries[0].what, 'repair');
  });

  test('keeps what is not RoomLB’s unless it is told otherwise', async (t) => {
    const { inSync, apply, site } = bound(await bench(t, 'server'));
    await inSync();
    await writeFile(site.path, 'global\n');
    const refused = await apply();
    assert.deepEqual([refused.code, refused.body.plan.refusals[0].guard], [409, 'foreign-owner']);
    assert.equal(await site.file(), 'global\n');
    assert.equal((await apply({ adopt: true })).body.result, 'applied');
  });

  test('tells what failed, that it was rolled back, and what it cannot reach', async (t) => {
    const { inSync, apply, site, get } = bound(await bench(t, 'server'));
    await inSync();
    await appendFile(site.path, '# by hand\n');
    const before = await site.file();
    await writeFile(join(site.folder, 'fail'), '');
    const failed = await apply();
    assert.deepEqual([failed.code, failed.body.type], [500, 'urn:roomlb:problem:failed']);
    assert.match(failed.body.detail, /no such node/);
    assert.equal(await site.file(), before);
    await rm(join(site.folder, 'fail'));
    assert.equal((await apply()).body.result, 'applied');
    assert.equal((await get('history')).body.entries[1].result, 'failed');

    await rm(site.path);
    await mkdir(site.path);
    const unreachable = await get('plan');
    assert.equal(unreachable.code, 503, JSON.stringify(unreachable.body));
  });

  test('is locked for others while it is changed', async (t) => {
    const { inSync, apply, site, get } = bound(await bench(t, 'server'));
    await inSync();
    const lock = await takeLock(join(site.state, 'balancers/lb-1/lock'), 0);
    assert.equal((await get('plan')).code, 200);
    const waiting = apply();
    assert.equal(await Promise.race([waiting, get('status').then(() => 'waits')]), 'waits');
    await lock.release();
    assert.equal((await waiting).code, 200);
  });

  test('is not for pages of other origins, and takes no options that it does not know', async (t) => {
    const { inSync, apply, site } = bound(await bench(t, 'server'));
    await inSync();
    await appendFile(site.path, '# by hand\n');
    const foreign = await apply(undefined, { host: 'localhost', origin: 'https://evil.example' });
    assert.deepEqual([foreign.code, foreign.body.type], [403, 'urn:roomlb:problem:foreign-origin']);
    for (const options of [{ maxRemoved: 2 }, { force: true }, { plan: 'x'.repeat(65) }])
      assert.equal((await apply(options)).code, 400, JSON.stringify(options));
    assert.match((await site.file()) ?? '', /# by hand/);
  });
});

describe('a balancer that nobody drives', () => {
  test('stands as nobody knows, and is neither planned for nor applied', async (t) => {
    const { get, apply, app } = bound(await bench(t, 'others'));
    const [status] = (await get('status')).body.balancers;
    assert.deepEqual([status.source, status.standing, status.age], ['nobody', 'starting', null]);
    for (const { code, body } of [await get('plan'), await get('history'), await apply()])
      assert.deepEqual([code, body.type], [409, 'urn:roomlb:problem:not-driven']);
    for (const what of ['status', 'plan', 'history']) {
      const answer = await app.inject(`/v1/targets/lb-9/${what}`);
      assert.deepEqual(
        [answer.statusCode, answer.json().type, answer.json().detail],
        [404, 'urn:roomlb:problem:no-such-balancer', '"lb-9" is no one balancer; there are lb-1 (file)'],
      );
    }
  });
});

describe('a balancer that an agent drives', () => {
  const report = (changes: Partial<BalancerReport> = {}): BalancerReport => ({
    balancer: 'lb-1',
    target: 'file',
    where: '/srv/lb.cfg',
    standing: 'drift',
    wanted: '0123456789abcdef',
    applied: '0123456789abcdef',
    at: '2026-11-25T12:00:00.000Z',
    why: 'somebody else changed it',
    plan: null,
    history: [],
    ...changes,
  });

  test('stands as it reported last, and is only asked to apply: once', async (t) => {
    const { get, apply, ask } = bound(await bench(t, 'others'));
    assert.deepEqual((await ask('PUT', 'report', report())).body, { apply: false });
    const [status] = (await get('status')).body.balancers;
    assert.deepEqual([status.source, status.standing, status.where], ['agent', 'drift', '/srv/lb.cfg']);
    assert.deepEqual((await get('plan')).body, { plan: null });
    const options = await apply({ adopt: true });
    assert.deepEqual([options.code, options.body.type], [422, 'urn:roomlb:problem:not-for-agents']);
    assert.deepEqual(await apply(), { code: 202, body: { balancer: 'lb-1', result: 'asked' } });
    const answers = [await ask('PUT', 'report', report()), await ask('PUT', 'report', report())];
    assert.deepEqual(
      answers.map(({ body }) => body.apply),
      [true, false],
    );
  });

  test('is not taken for another, and reports what has a form', async (t) => {
    const { ask, get } = bound(await bench(t, 'others'));
    for (const changes of [{ balancer: 'lb-2' }, { target: 'nginx' }]) {
      const { code, body } = await ask('PUT', 'report', report(changes));
      assert.deepEqual([code, body.type], [422, 'urn:roomlb:problem:other-balancer']);
    }
    assert.equal((await ask('PUT', 'report', { ...report(), standing: 'fine' })).code, 400);
    assert.equal((await ask('PUT', 'report', { ...report(), where: 'x'.repeat(10_001) })).code, 400);
    assert.equal((await get('status')).body.balancers[0].source, 'nobody');
  });
});

function bound(made: Bench) {
  const { site, app, dispatcher, get, apply } = made;
  return { site, app, dispatcher, get, apply, ask: made.ask.bind(made), inSync: made.inSync.bind(made) };
}
