/** AS3's own ways, against a FAKE of it: dry run, optimistic lock, tasks, and whose a tenant is. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { ofTarget } from '../../src/targets/balancer.ts';
import { as3Driver } from '../../src/targets/f5-as3/driver/driver.ts';
import { balancerFor } from './balancers.ts';
import { cluster, intentOf, type Fields } from './documents.ts';
import { FakeAs3Device } from './fakes/fake-as3-device.ts';
import { fetchFrom, PASSWORD, USER } from './fakes/fake-device.ts';

const intent = (...nodes: Fields[]) =>
  intentOf(cluster({ signalling: { port: 443 }, media: { ports: '40000-40099' } }, nodes));
const A = intent({}, {});
const B = intent({}, { weight: 7 });
const run = { signal: new AbortController().signal };

let device: FakeAs3Device;
let waited: number[];
beforeEach(() => {
  device = new FakeAs3Device();
  waited = [];
});

function driver(options: { partition?: string; pause?: () => Promise<void> } = {}) {
  const { partition = null, pause } = options;
  return as3Driver({ ...ofTarget(balancerFor('f5-as3'), 'f5-as3'), partition }, 'test-1', {
    fetch: fetchFrom(device),
    pause: pause ?? ((seconds) => Promise.resolve(void waited.push(seconds))),
    environment: { FAKE_CREDENTIALS: `${USER}:${PASSWORD}` },
  });
}
const planFor = async (wanted = A, one = driver()) => one.plan(await one.read(), one.desired(wanted));
const apply = async (wanted = A, one = driver()) => one.apply(await planFor(wanted, one), run);

describe('the AS3 driver', () => {
  test('deploys nothing that the dry run refuses', async () => {
    await apply(A);
    const before = device.dump();
    device.refuses = ({ body }) => (body.action === 'dry-run' ? 'Not enough space on disk' : undefined);
    await assert.rejects(apply(B), {
      kind: 'refused',
      message:
        'AS3 at https://device.invalid: dry-run of tenant roomlb_test-1: 200 roomlb_test-1: declaration failed: Not enough space on disk',
    });
    assert.equal(device.dump(), before);
    assert.deepEqual(device.changes, ['deploy roomlb_test-1']);
  });

  test('overwrites nobody who was there in between: the lock is stale', async () => {
    await apply(A);
    const plan = await planFor(B);
    device.meddle();
    const before = device.dump();
    await assert.rejects(driver().apply(plan, run), { kind: 'refused', message: /hash .* does not match/ });
    assert.equal(device.dump(), before);
  });

  test('asks after the task until there is an end, less often each time', async () => {
    device.looks = 6;
    await apply(A);
    assert.deepEqual(waited, [1, 2, 4, 8, 10, 10, 10, 1, 2, 4, 8, 10, 10, 10]);
    assert.deepEqual((await planFor(A)).steps, []);
  });

  test('does not go on asking when it is told to stop', async () => {
    device.looks = Infinity;
    const stop = new AbortController();
    const pause = () => {
      stop.abort(new Error('stopped'));
      return Promise.resolve();
    };
    const one = driver({ pause });
    await assert.rejects(one.apply(await planFor(A), { signal: stop.signal }), /stopped/);
  });

  test('posts again what found the BIG-IP locked, which the task tells', async () => {
    device.busyInTask = true;
    device.busy = 2;
    await apply(A);
    assert.deepEqual(device.changes, ['deploy roomlb_test-1']);
  });

  test('says that it failed where the deployment did, and what is left is planned away', async () => {
    await apply(A);
    const good = device.dump();
    device.halfWay = (tenant) => ({ ...tenant, vip_public: { class: 'Application', template: 'generic' } });
    device.refuses = ({ body }) => (body.action === 'deploy' ? '01020037:3: exists' : undefined);
    await assert.rejects(apply(B), { kind: 'failed', message: /01020037:3: exists/ });
    device.refuses = () => undefined;
    assert.notEqual(device.dump(), good);
    await apply(A);
    assert.equal(device.dump(), good);
  });

  test('takes a tenant without its label for somebody else’s', async () => {
    device.tenants.set('web', { class: 'Tenant', site: { class: 'Application', template: 'generic' } });
    const one = driver({ partition: 'web' });
    assert.deepEqual((await planFor(A, one)).foreign, [
      'tenant web at https://device.invalid is not this cluster\'s: it has no label, where RoomLB\'s own has "roomlb test-1"',
    ]);
    assert.deepEqual((await planFor({ ...A, services: [], vips: [] }, one)).steps, []);
    await apply(A, one);
    assert.deepEqual((await planFor(A, one)).foreign, []);
    assert.ok(!device.tenants.has('roomlb_test-1'));
  });

  test('tells members and services by name, with the nodes that they are about', async () => {
    await apply(A);
    const { changes, pools, steps } = await planFor(intent({ state: 'draining' }, {}));
    assert.deepEqual(
      steps.map(({ text }) => text),
      ['POST https://device.invalid: change tenant roomlb_test-1, after a dry run'],
    );
    assert.deepEqual(
      changes.map(({ key, node, after }) => [key, node, after.map((line) => line.trim())]),
      [
        ['vip_public/media_sfu-1_v4', 'sfu-1', ['"adminState": "disable",']],
        ['vip_public/media_sfu-1_v6', 'sfu-1', ['"adminState": "disable",']],
        ['vip_public/signalling_public_v4', null, ['"adminState": "disable",']],
        ['vip_public/signalling_public_v6', null, ['"adminState": "disable",']],
      ],
    );
    const shared = pools.find(({ id }) => id === 'vip_public/signalling_public_v4');
    assert.deepEqual(shared, {
      id: 'vip_public/signalling_public_v4',
      shared: true,
      before: [
        { node: 'sfu-1', usable: true },
        { node: 'sfu-2', usable: true },
      ],
      after: [
        { node: 'sfu-1', usable: false },
        { node: 'sfu-2', usable: true },
      ],
    });
    const gone = await planFor(intent({}));
    const disrupts = gone.changes.flatMap(({ disrupts }) => disrupts?.what ?? []);
    assert.equal(disrupts.length, 8);
    assert.ok(disrupts.includes('udp 2001:db8::10 port 40003 does not answer any more'));
  });
});
