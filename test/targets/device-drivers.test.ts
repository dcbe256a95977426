/**
 * What every driver of a device must keep, each against a FAKE of its device: see fakes. What they share with the
 * drivers of engines is in drivers.test.ts.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { Memory } from '../../src/reconcile/memory.ts';
import { Reconciler } from '../../src/reconcile/reconciler.ts';
import { acosDriver } from '../../src/targets/a10-acos/driver/driver.ts';
import type { Balancer } from '../../src/targets/balancer.ts';
import type { Driver } from '../../src/targets/driver.ts';
import type { DevicePorts } from '../../src/targets/driving/device/client.ts';
import { nitroDriver } from '../../src/targets/citrix-netscaler/driver/driver.ts';
import { as3Driver } from '../../src/targets/f5-as3/driver/driver.ts';
import { topologies } from '../topology/arbitrary.ts';
import { balancerFor } from './balancers.ts';
import { cluster, intentOf, type Fields } from './documents.ts';
import { FakeAcosDevice } from './fakes/fake-acos-device.ts';
import { FakeAs3Device } from './fakes/fake-as3-device.ts';
import { fetchFrom, PASSWORD, USER, type FakeDevice } from './fakes/fake-device.ts';
import { FakeNetscaler } from './fakes/fake-netscaler.ts';

interface Harness {
  readonly target: Balancer['target'];
  readonly connect: (balancer: Balancer, cluster: string, ports: DevicePorts) => Driver;
  readonly fake: () => FakeDevice;
}

const HARNESSES: readonly Harness[] = [
  { target: 'f5-as3', connect: as3Driver, fake: () => new FakeAs3Device() },
  { target: 'a10-acos', connect: acosDriver, fake: () => new FakeAcosDevice() },
  { target: 'citrix-netscaler', connect: nitroDriver, fake: () => new FakeNetscaler() },
];

const CLUSTER = 'test-1';
const VIP = { signalling: { port: 443 }, media: { ports: '40000-40099' } };
const intent = (...nodes: Fields[]) => intentOf(cluster(VIP, nodes));
const A = intent({}, {}, {});
const B = intent({}, { weight: 7 }, { state: 'draining' }, { healthPort: 9100 });
const NOTHING = { ...A, vips: [], services: [] };

for (const { target, connect, fake } of HARNESSES) {
  describe(`driver ${target}, against a fake`, () => {
    let folder: string;
    let device: FakeDevice;
    let waited: number[];
    const balancer = balancerFor(target);

    beforeEach(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), 'roomlb-device-'));
      device = fake();
      waited = [];
    });
    afterEach(() => rm(folder, { recursive: true }));

    const driverWith = (ports: DevicePorts = {}, cluster = CLUSTER) =>
      connect(balancer, cluster, {
        fetch: fetchFrom(device),
        pause: (seconds, signal) => {
          signal?.throwIfAborted();
          waited.push(seconds);
          return Promise.resolve();
        },
        environment: { FAKE_CREDENTIALS: `${USER}:${PASSWORD}` },
        ...ports,
      });
    const reconcilerWith = (driver = driverWith()) =>
      new Reconciler({
        balancer: { id: 'lb', vips: null, services: 'all', maxRemoved: 1, drainLimit: null },
        driver,
        memory: new Memory(path.join(folder, 'lb'), target, 1),
        lockFile: path.join(folder, 'lock'),
      });
    const applied = async (wanted = A, reconciler = reconcilerWith()) => {
      const outcome = await reconciler.apply(wanted, { allowEmpty: true });
      assert.equal(outcome.result, 'applied', JSON.stringify(outcome, null, 1).slice(0, 3000));
    };

    test('brings it to what is wanted, reads it back, and the second time has nothing to do', async () => {
      await applied(A);
      const changes = device.changes.length;
      assert.ok(changes > 0);
      assert.equal((await reconcilerWith().apply(A)).result, 'unchanged');
      assert.equal(device.changes.length, changes);
      await applied(B);
      await applied(NOTHING);
      assert.equal(device.dump(), fake().dump());
    });

    test('a plan changes nothing', async () => {
      await applied(A);
      const before = device.dump();
      const { plan } = await reconcilerWith().preview(B);
      assert.ok(plan.steps.length > 0);
      assert.equal(device.dump(), before);
    });

    test('gets from any intent to any other, and leaves alone what is not its own', async () => {
      const intents = topologies().map((topology) => buildIntent(clusterView(topology)));
      await fc.assert(
        fc.asyncProperty(intents, intents, async (from, to) => {
          device = fake();
          const [driver, others] = [driverWith(), device.foreign()];
          for (const wanted of [from, to, NOTHING]) {
            const desired = driver.desired(wanted);
            const plan = driver.plan(await driver.read(), desired);
            await driver.apply(plan, { signal: new AbortController().signal });
            const { changes, steps } = driver.plan(await driver.read(), desired);
            assert.deepEqual({ changes, steps }, { changes: [], steps: [] });
          }
          assert.equal(device.foreign(), others);
        }),
        { numRuns: 40, includeErrorInReport: true },
      );
    });

    test('tells what others changed as drift, and repairs it', async () => {
      await applied(A);
      device.meddle();
      const { drift, plan } = await reconcilerWith().preview(A);
      assert.equal(drift, true);
      assert.ok(plan.changes.length > 0);
      await applied(A);
    });

    test('goes back where the device says no half-way, and gives its words', async () => {
      await applied(A);
      const before = device.dump();
      let left = 1;
      device.refuses = () => (left-- > 0 ? undefined : left === -1 ? '01070734:3: no such thing' : undefined);
      const outcome = await reconcilerWith().apply(B);
      assert.equal(outcome.result, 'rolled-back');
      assert.match(outcome.why, /01070734:3: no such thing/);
      assert.equal(device.dump(), before);
    });

    test('takes no credentials but the right ones, and says whose they were', async () => {
      const environment = { FAKE_CREDENTIALS: `${USER}:wrong` };
      await assert.rejects(driverWith({ environment }).read(), (error: Error) => {
        assert.match(error.message, RegExp(`does not take the credentials of ${USER}: `));
        assert.doesNotMatch(error.message, /wrong/);
        return 'kind' in error && error.kind === 'unreachable';
      });
      for (const bad of [undefined, '', 'nobody', ':x'])
        await assert.rejects(driverWith({ environment: { FAKE_CREDENTIALS: bad } }).read(), {
          kind: 'unreachable',
          message: /variable FAKE_CREDENTIALS/,
        });
    });

    test('says that nobody answers, or that the answer is none', async () => {
      const refused = Object.assign(new Error('fetch failed'), { cause: new Error('connect ECONNREFUSED') });
      await assert.rejects(driverWith({ fetch: () => Promise.reject(refused) }).read(), {
        kind: 'unreachable',
        message: /ECONNREFUSED/,
      });
      for (const [status, body] of [
        [404, { message: 'Public URI path not registered' }],
        [500, { message: 'oh' }],
        [200, {}],
      ] as const) {
        const fetch = () => Promise.resolve(new Response(JSON.stringify(body), { status }));
        await assert.rejects(driverWith({ fetch }).read(), { kind: 'unreachable' }, `${status}`);
      }
    });

    test('waits for a device that is busy, longer each time, but not for ever', async () => {
      device.busy = 5;
      await applied(A);
      assert.ok(waited.length >= 5 && waited.slice(0, 5).every((seconds) => seconds > 0), String(waited));
      assert.ok(waited[4]! > waited[0]!);
      device.busy = Infinity;
      await assert.rejects(driverWith().read(), { kind: 'unreachable', message: /stays busy/ });
    });

    test('leaves alone what is of another cluster, or of nobody known', async () => {
      await applied(A, reconcilerWith(driverWith({}, CLUSTER)));
      const before = device.dump();
      const other = driverWith({}, 'another');
      const plan = other.plan(await other.read(), other.desired({ ...NOTHING, cluster: 'another' }));
      assert.deepEqual([plan.steps, plan.foreign], [[], []]);
      assert.equal(device.dump(), before);
    });

    test('told to stop, it stops before a step, and the next run converges', async () => {
      for (let step = 0; ; step++) {
        device = fake();
        const driver = driverWith();
        const plan = driver.plan(await driver.read(), driver.desired(A));
        if (step >= Math.min(plan.steps.length, 5)) break;
        const stop = new Error('stopped');
        const onStep = (index: number) => {
          if (index === step) throw stop;
        };
        const { signal } = new AbortController();
        await assert.rejects(driver.apply(plan, { signal, onStep }), stop);
        await driver.apply(driver.plan(await driver.read(), driver.desired(A)), { signal });
        assert.deepEqual(driver.plan(await driver.read(), driver.desired(A)).steps, []);
      }
    });

    test('tells the password to the device alone', async () => {
      await applied(A);
      const { preview } = await reconcilerWith().apply(B);
      device.refuses = () => `I was told ${PASSWORD}`;
      const outcome = await reconcilerWith().apply(A);
      const said = JSON.stringify([preview, outcome, await reconcilerWith().memory.history()]);
      assert.match(said, /I was told …/);
      for (const secret of [PASSWORD, JSON.stringify(PASSWORD).slice(1, -1), encodeURIComponent(PASSWORD)])
        assert.ok(!said.includes(secret));
    });
  });
}
