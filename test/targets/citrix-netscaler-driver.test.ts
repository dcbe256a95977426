/** NITRO's own ways, against a FAKE of it: sessions, partitions, requests in bulk, draining, and whose things are. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { ofTarget } from '../../src/targets/balancer.ts';
import { nitroDriver } from '../../src/targets/citrix-netscaler/driver/driver.ts';
import { balancerFor } from './balancers.ts';
import { cluster, intentOf, type Fields } from './documents.ts';
import { fetchFrom, PASSWORD, USER } from './fakes/fake-device.ts';
import { FakeNetscaler } from './fakes/fake-netscaler.ts';

const VIP = { addresses: ['203.0.113.10'], signalling: { port: 443 }, media: { ports: '40000-40099' } };
const intentAt = (vip: Fields, ...nodes: Fields[]) =>
  intentOf(
    cluster(
      { ...VIP, ...vip },
      nodes.map((node, i) => ({ addresses: [`10.0.0.${i + 1}`], ...node })),
    ),
  );
const intent = (...nodes: Fields[]) => intentAt({}, ...nodes);
type Wanted = ReturnType<typeof intent>;
const run = { signal: new AbortController().signal };
const MEMBER = 'servicegroup_servicegroupmember_binding';

let device: FakeNetscaler;
beforeEach(() => (device = new FakeNetscaler()));

function driver(partition: string | null = null, id = 'test-1') {
  return nitroDriver({ ...ofTarget(balancerFor('citrix-netscaler'), 'citrix-netscaler'), partition }, id, {
    fetch: fetchFrom(device),
    pause: () => Promise.resolve(),
    environment: { FAKE_CREDENTIALS: `${USER}:${PASSWORD}` },
  });
}
const planFor = async (wanted: Wanted, one = driver()) => one.plan(await one.read(), one.desired(wanted));
const apply = async (wanted: Wanted, one = driver()) => one.apply(await planFor(wanted, one), run);
const texts = async (wanted: Wanted) =>
  (await planFor(wanted)).steps.map(({ text }) =>
    text.replaceAll(/roomlb-/g, '').replaceAll(/servicegroup_(.*?)_binding/g, '$1'),
  );

describe('the NetScaler driver', () => {
  test('ends its sessions, also where something fails, and saves what it has done', async () => {
    await apply(intent({}));
    assert.deepEqual([device.sessions.size, device.saved], [0, 1]);
    device.refuses = () => 'no';
    await assert.rejects(apply(intent({}, {})), { kind: 'failed', message: /: 599 no$/ });
    assert.deepEqual([device.sessions.size, device.saved], [0, 1]);
    device.busy = Infinity;
    await assert.rejects(driver().read(), /Connection limit to CFE exceeded/);
    assert.equal(device.sessions.size, 0);
  });

  test('works in the partition that it is told, and begins a session anew there that has expired', async () => {
    const one = driver('edge');
    const plan = await planFor(intent({}, {}), one);
    assert.equal(one.where, 'partition edge at https://device.invalid');
    let expired = 0;
    device.refuses = () => {
      if (expired++ === 1) {
        device.sessions.clear();
        device.partition = 'default';
      }
      return undefined;
    };
    await one.apply(plan, run);
    assert.deepEqual([device.partition, device.sessions.size, device.saved], ['edge', 0, 1]);
    assert.deepEqual((await planFor(intent({}, {}), one)).steps, []);
    await assert.rejects(driver('core').read(), { message: /partition core: 404 No such resource$/ });
    assert.equal(device.sessions.size, 0);
  });

  test('has new members in before others stop or leave, and changes no more than differs', async () => {
    await apply(intent({ id: 'a' }, { id: 'b' }));
    assert.deepEqual(await texts(intent({ id: 'a', state: 'draining' }, { id: 'b', mediaPorts: 40003 })), [
      'change servicegroupmember pool-public-v4 srv-a-v4 4443',
      'change servicegroupmember media-udp-40000-a-v4 srv-a-v4 40000',
      'change servicegroupmember media-udp-40001-a-v4 srv-a-v4 40001',
      'change servicegroupmember media-tcp-40000-a-v4 srv-a-v4 40000',
      'change servicegroupmember media-tcp-40001-a-v4 srv-a-v4 40001',
      'remove lbvserver vs-tcp-40002-public-v4',
      'remove lbvserver vs-udp-40002-public-v4',
      'remove servicegroup media-tcp-40002-b-v4',
      'remove servicegroup media-udp-40002-b-v4',
    ]);
    const rows = await texts(intent({ id: 'c', addresses: ['10.0.0.9'], mediaPorts: 40009 }, { id: 'b' }));
    const at = (start: string) => rows.findIndex((row) => row.startsWith(start));
    assert.ok(at('make servicegroupmember pool-public-v4 srv-c-v4') < at('remove servicegroupmember'));
    assert.ok(at('make server srv-c-v4') < at('make servicegroup media'));
    assert.ok(at('remove servicegroup media') < at('remove server srv-a-v4'));
  });

  test('has members back before others stop, and changes in place what can be', async () => {
    const persistent = (persistence: string | undefined, ...nodes: Fields[]) =>
      intentAt({ signalling: { port: 443, ...(persistence && { persistence }) } }, ...nodes);
    await apply(persistent('5m', { id: 'a' }, { id: 'b', state: 'draining' }));
    const swapped = persistent('10m', { id: 'a', state: 'draining' }, { id: 'b' });
    const rows = await texts(swapped);
    const at = (server: string) => rows.indexOf(`change servicegroupmember pool-public-v4 ${server} 4443`);
    assert.ok(at('srv-b-v4') >= 0 && at('srv-b-v4') < at('srv-a-v4'));
    assert.ok(rows.every((row) => row.startsWith('change ')));
    await apply(swapped);
    assert.equal(device.rows('lbvserver')[0].timeout, '10');
    const without = persistent(undefined, { id: 'a', state: 'draining' }, { id: 'b' });
    assert.deepEqual(await texts(without), ['change lbvserver vs-tcp-443-public-v4']);
    await apply(without);
    assert.deepEqual(await texts(without), []);
  });

  test('lets members go in their own time, takes that they have gone for what was wanted, and cuts them off where that is', async () => {
    const states = () =>
      device
        .rows(MEMBER)
        .filter(({ servicegroupname }) => servicegroupname.startsWith('roomlb-media-'))
        .map(({ svrstate }) => String(svrstate));
    const draining = (drain: string) =>
      intentAt(
        { media: { ports: '40000-40099', protocols: ['udp'], drain } },
        { id: 'a', state: 'draining', mediaPorts: 40000 },
        { id: 'b', mediaPorts: 40001 },
      );
    await apply(draining('keep-flows'));
    assert.deepEqual(states(), ['OUT OF SERVICE', 'UP']);
    assert.deepEqual(await texts(draining('keep-flows')), []);
    device.set(MEMBER, { state: 'ENABLED', svrstate: 'UP' });
    await apply(draining('keep-flows'));
    assert.deepEqual(states(), ['GOING OUT OF SERVICE', 'UP']);
    await apply(draining('flush'));
    assert.deepEqual(states(), ['OUT OF SERVICE', 'UP']);
    assert.equal(device.rows('servicegroup').at(-1).downstateflush, 'ENABLED');
    device.set(MEMBER, { state: 'ENABLED', svrstate: 'UP' });
    await apply(draining('keep-flows'));
    device.endConnections();
    assert.deepEqual(states(), ['OUT OF SERVICE', 'UP']);
    assert.deepEqual(await texts(draining('keep-flows')), []);
  });

  test('sees and repairs what somebody disabled, on whatever level', async () => {
    const wanted = intent({ id: 'a' });
    await apply(wanted);
    for (const [type, count, disabled] of [
      ['server', 1, { state: 'DISABLED' }],
      ['servicegroup', 5, { state: 'DISABLED' }],
      ['lbvserver', 5, { curstate: 'OUT OF SERVICE' }],
      [MEMBER, 5, { state: 'DISABLED', svrstate: 'OUT OF SERVICE' }],
    ] as const) {
      device.set(type, disabled);
      const { steps, pools } = await planFor(wanted);
      assert.deepEqual([steps.length, pools.length], [count, type === 'lbvserver' ? 0 : 5]);
      assert.ok(pools.every(({ before, after }) => !before[0]?.usable && after[0]?.usable));
      await apply(wanted);
      assert.deepEqual((await planFor(wanted)).steps, []);
    }
  });

  test('makes several in one request, or none of them, and tells which could not be made', async () => {
    const before = device.dump();
    const clash = intent({ id: 'a' }, { id: 'b', addresses: ['10.9.0.1'] });
    await assert.rejects(apply(clash), {
      kind: 'failed',
      message: /POST server: 207 Resource already exists \[.*"ipaddress":"10\.9\.0\.1".*"web"/,
    });
    assert.deepEqual(device.rows('server'), []);
    await apply({ ...clash, vips: [], services: [] });
    assert.equal(device.dump(), before);
    await apply(intent({ id: 'a' }, { id: 'b' }));
    assert.equal(device.changes.filter((change) => change === 'POST lbvserver').length, 1);
  });

  test('reads bytes that do not print in whatever way they are written, and times in their units', async () => {
    const wanted = intent({ id: 'a', stunPort: 3478 });
    await apply(wanted);
    const stun = device.rows('lbmonitor').find(({ type }) => type === 'UDP-ECV');
    assert.equal(stun.recv, String.raw`\001\001`);
    for (const recv of [String.raw`\x01\x01`, '\u0001\u0001']) {
      stun.recv = recv;
      assert.deepEqual(await texts(wanted), []);
    }
    stun.units3 = 'MSEC';
    assert.deepEqual(await texts(wanted), ['change lbmonitor mon-test-1-stun-3478']);
    await apply(wanted);
    assert.deepEqual(await texts(wanted), []);
  });

  test('knows its own by the comment, and monitors, which have none, by their names', async () => {
    await apply(intent({ id: 'a' }));
    assert.equal(device.rows('lbmonitor')[0].monitorname, 'roomlb-mon-test-1-tcp-4443');
    const wanted = { ...intent({ id: 'a' }), cluster: 'other' };
    const one = driver(null, 'other');
    const other = await planFor(wanted, one);
    assert.ok(
      other.foreign.includes(
        'server roomlb-srv-a-v4 at https://device.invalid is not this cluster\'s: it has the comment "roomlb_test-1", where RoomLB\'s own has "roomlb_other"',
      ),
    );
    assert.ok(!other.foreign.some((line) => line.startsWith('lbmonitor')));
    await one.apply(other, run);
    assert.deepEqual((await planFor(wanted, one)).steps, []);
    assert.deepEqual(await texts(intent()), ['remove lbmonitor mon-test-1-tcp-4443']);
  });

  test('leaves monitors that the appliance binds by itself, and unbinds what somebody else has bound', async () => {
    await apply(intent({ id: 'a' }));
    device.bind('servicegroup_lbmonitor_binding', {
      servicegroupname: 'roomlb-media-udp-40000-a-v4',
      monitor_name: 'ping-default',
    });
    assert.deepEqual(await texts(intent({ id: 'a' })), []);
    device.bind(MEMBER, { servicegroupname: 'roomlb-pool-public-v4', servername: 'web', port: 80 });
    assert.deepEqual(await texts(intent({ id: 'a' })), ['remove servicegroupmember pool-public-v4 web 80']);
    const others = device.foreign();
    await apply(intent({ id: 'a' }));
    assert.equal(device.foreign(), others);
  });

  test('starts on an appliance that has nothing yet', async () => {
    device = new FakeNetscaler({});
    await apply(intent({}));
    assert.deepEqual((await planFor(intent({}))).steps, []);
  });
});

test('what shares VIPs among appliances is left to the operator, by name', () => {
  const vrrp = { interface: 'eth0', routerId: 51, priority: 150 };
  const vip = { vrrp, addresses: ['203.0.113.10', '2001:db8::10'] };
  assert.deepEqual(driver().desired(intentAt(vip, { addresses: ['10.0.0.1', 'fd00::1'] })).notes, [
    'VRRP is left to you; once the VIPs are there, run: add vrID 51 -priority 150; set ns ip 203.0.113.10 -vrID 51; ' +
      'add vrID6 51 -priority 150; set ns ip6 2001:db8::10/128 -vrID6 51',
  ]);
});
