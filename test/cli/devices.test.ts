/** `roomlb plan`, `apply`, `verify`, `rollback` and `serve --apply` on devices, by TLS on loopback. The devices are FAKES. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { BalancerStatus } from '../../src/service/balancer-board.ts';
import { FakeAcosDevice } from '../targets/fakes/fake-acos-device.ts';
import { FakeAs3Device } from '../targets/fakes/fake-as3-device.ts';
import { PASSWORD } from '../targets/fakes/fake-device.ts';
import { FakeNetscaler } from '../targets/fakes/fake-netscaler.ts';
import { deviceSite, type DeviceSite } from './device-site.ts';
import { startServe } from './roomlb-process.ts';
import { roomlb } from './roomlb.ts';

const FAKES = {
  'f5-as3': () => new FakeAs3Device(),
  'a10-acos': () => new FakeAcosDevice(),
  'citrix-netscaler': () => new FakeNetscaler(),
};

/** Each run must keep the password to itself. */
const runAt =
  (site: DeviceSite) =>
  async (command: string, ...args: string[]) => {
    const all = ['lb-1', '--topology', site.topology, '--state-dir', join(site.folder, 'state'), ...args];
    const result = await roomlb(command, ...all);
    for (const secret of [PASSWORD, JSON.stringify(PASSWORD).slice(1, -1)])
      assert.ok(!`${result.out}${result.err}`.includes(secret));
    return result;
  };

for (const [target, fake] of Object.entries(FAKES)) {
  describe(`roomlb on ${target}, which is a fake`, () => {
    test('plans, applies, verifies and rolls back', async (t) => {
      const device = fake();
      const site = await deviceSite(t, target, device);
      const run = runAt(site);
      const before = device.dump();
      const planned = await run('plan');
      assert.equal(planned.code, 0, planned.err);
      assert.match(planned.out, RegExp(`^${target} lb-1 \\(.*https://localhost:\\d+.*\\), revision`));
      assert.equal((await run('verify')).code, 1);
      assert.equal(device.dump(), before);
      const first = await run('apply', '--yes', '--no-probes');
      assert.equal(first.code, 0, first.err);
      assert.equal((await run('verify')).code, 0);
      const again = await run('apply', '--yes', '--no-probes', '--json');
      assert.deepEqual([again.code, again.json().result], [0, 'unchanged']);
      const good = device.dump();
      await site.patchNode({ weight: 7 });
      assert.equal((await run('apply', '--yes', '--no-probes')).code, 0);
      assert.notEqual(device.dump(), good);
      assert.equal((await run('rollback', '--yes')).code, 0);
      assert.equal(device.dump(), good);
    });

    test('says why it cannot: exit code 3 where it is not reached or not let in, 1 where it says no', async (t) => {
      const device = fake();
      const site = await deviceSite(t, target, device);
      const run = runAt(site);
      const said = async (code: number, words: RegExp, ...args: string[]) => {
        const result = await run(...(args as [string]));
        assert.equal(result.code, code, result.err);
        assert.match(result.err, words);
      };
      device.refuses = () => '01070734:3: Configuration error: no such thing';
      await said(1, /01070734:3: Configuration error: no such thing/, 'apply', '--yes', '--no-probes');
      await writeFile(site.credentials, `roomlb:old${PASSWORD}\n`);
      await said(3, /does not take the credentials of roomlb: 40[13] /, 'plan');
      await writeFile(site.credentials, PASSWORD.replaceAll(':', ''));
      await said(3, /the first line of .*credentials must be USER:PASSWORD/, 'plan');
      await site.declare({ caFile: undefined });
      await writeFile(site.credentials, `roomlb:${PASSWORD}\n`);
      await said(3, /self-signed certificate/, 'plan');
      await site.declare({ tls: 'insecure' });
      await said(0, /^$/, 'plan');
      await site.declare({ url: 'https://127.0.0.1:1' });
      await said(3, /ECONNREFUSED/, 'verify');
      await site.declare({ credentialsFile: '/nonexistent/credentials' });
      await said(3, /credentialsFile: ENOENT/, 'plan');
    });
  });
}

test('serve --apply keeps a device as it is wanted', async (t) => {
  const device = new FakeAs3Device();
  const site = await deviceSite(t, 'f5-as3', device);
  await site.declare({ interval: '1s' });
  const args = ['--apply', 'lb-1', '--state-dir', join(site.folder, 'state')];
  const serve = await startServe(t, site.topology, ...args);
  const standing = async () => {
    const answer = await fetch(`${serve.url}/v1/targets/lb-1/status`);
    const { balancers } = (await answer.json()) as { balancers: BalancerStatus[] };
    return JSON.stringify(balancers);
  };
  const until = async (what: () => boolean | Promise<boolean>) => {
    for (let i = 0; i < 600; i++) {
      if (await what()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail(await standing());
  };
  await until(async () => (await standing()).includes('in-sync'));
  const good = device.dump();
  device.meddle();
  await until(() => device.dump() === good);
  assert.ok(!`${await standing()}${serve.out.join()}${serve.err()}`.includes(PASSWORD));
  assert.equal(await serve.stop(), 0);
});
