/** aXAPI's own ways, against a FAKE of it: sessions, partitions, saving, and the order of changes. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { acosDriver } from '../../src/targets/a10-acos/driver/driver.ts';
import { ofTarget } from '../../src/targets/balancer.ts';
import { balancerFor } from './balancers.ts';
import { cluster, intentOf, type Fields } from './documents.ts';
import { FakeAcosDevice } from './fakes/fake-acos-device.ts';
import { fetchFrom, PASSWORD, USER } from './fakes/fake-device.ts';

const VIP = { addresses: ['203.0.113.10'], signalling: { port: 443 }, media: { ports: '40000-40099' } };
const intent = (...nodes: Fields[]) =>
  intentOf(
    cluster(
      VIP,
      nodes.map((node, i) => ({ addresses: [`10.0.0.${i + 1}`], ...node })),
    ),
  );
const run = { signal: new AbortController().signal };

let device: FakeAcosDevice;
beforeEach(() => (device = new FakeAcosDevice()));

function driver(partition: string | null = null, id = 'test-1') {
  return acosDriver({ ...ofTarget(balancerFor('a10-acos'), 'a10-acos'), partition }, id, {
    fetch: fetchFrom(device),
    pause: () => Promise.resolve(),
    environment: { FAKE_CREDENTIALS: `${USER}:${PASSWORD}` },
  });
}
const planFor = async (wanted: ReturnType<typeof intent>, one = driver()) =>
  one.plan(await one.read(), one.desired(wanted));
const apply = async (wanted: ReturnType<typeof intent>) => driver().apply(await planFor(wanted), run);
const texts = async (wanted: ReturnType<typeof intent>) =>
  (await planFor(wanted)).steps.map(({ text }) => text.replaceAll(/roomlb-|slb /g, ''));

describe('the ACOS driver', () => {
  test('ends its sessions, also where something fails, and saves what it has done', async () => {
    await apply(intent({}));
    assert.deepEqual([device.sessions.size, device.saved], [0, 1]);
    device.refuses = () => 'no';
    await assert.rejects(apply(intent({}, {})), { kind: 'failed', message: /: 400 no$/ });
    assert.deepEqual([device.sessions.size, device.saved], [0, 1]);
    device.busy = Infinity;
    await assert.rejects(driver().read(), /System is busy, please retry later/);
    assert.equal(device.sessions.size, 0);
  });

  test('works in the partition that it is told', async () => {
    const one = driver('edge');
    await one.apply(await planFor(intent({}), one), run);
    assert.equal(device.partition, 'edge');
    assert.equal(one.where, 'partition edge at https://device.invalid');
  });

  test('has new members in before others stop or leave, and changes no more than differs', async () => {
    await apply(intent({ id: 'a' }, { id: 'b' }));
    assert.deepEqual(await texts(intent({ id: 'a', state: 'draining' }, { id: 'b', mediaPorts: 40003 })), [
      'change server port a-v4 4443 tcp',
      'change service-group member pool-tcp-443-public-v4 a-v4 4443',
      'change service-group member media-udp-40000-public-v4 a-v4 40000',
      'change service-group member media-udp-40001-public-v4 a-v4 40001',
      'change service-group member media-tcp-40000-public-v4 a-v4 40000',
      'change service-group member media-tcp-40001-public-v4 a-v4 40001',
      'remove virtual-server port public-v4 40002 tcp',
      'remove virtual-server port public-v4 40002 udp',
      'remove service-group media-tcp-40002-public-v4',
      'remove service-group media-udp-40002-public-v4',
      'remove server port b-v4 40002 udp',
      'remove server port b-v4 40002 tcp',
    ]);
    const rows = await texts(intent({ id: 'c', addresses: ['10.0.0.9'], mediaPorts: 40009 }, { id: 'b' }));
    const at = (start: string) => rows.findIndex((row) => row.startsWith(start));
    assert.ok(
      at('make service-group member pool-tcp-443-public-v4 c-v4') < at('remove service-group member'),
    );
    assert.ok(at('make server c-v4') < at('make service-group'));
    assert.ok(at('remove service-group') < at('remove server a-v4'));
  });

  test('sees and repairs what somebody disabled, on whatever level', async () => {
    const wanted = intent({ id: 'a' });
    await apply(wanted);
    device.set('slb/virtual-server', { 'enable-disable-action': 'disable' });
    device.set('slb/virtual-server', { action: 'disable' }, 'port');
    device.set('slb/server', { action: 'disable' });
    device.set('slb/server', { action: 'disable' }, 'port');
    const { steps, pools } = await planFor(wanted);
    assert.equal(steps.length, 1 + 5 + 1 + 5);
    assert.ok(pools.every(({ before, after }) => !before[0]?.usable && after[0]?.usable));
    await apply(wanted);
    assert.deepEqual((await planFor(wanted)).steps, []);
  });

  test('takes for its own what is another cluster’s, or was pasted by hand, by an explicit word only', async () => {
    await apply(intent({ id: 'a' }));
    const other = await planFor({ ...intent({ id: 'a' }), cluster: 'other' }, driver(null, 'other'));
    assert.ok(
      other.foreign.includes(
        'slb server roomlb-a-v4 at https://device.invalid is not this cluster\'s: it has the user-tag "roomlb_test-1", where RoomLB\'s own has "roomlb_other"',
      ),
    );
    const one = driver(null, 'other');
    await one.apply(other, run);
    assert.deepEqual((await planFor({ ...intent({ id: 'a' }), cluster: 'other' }, one)).steps, []);
    assert.deepEqual((await planFor(intent())).steps, []);
  });
});
