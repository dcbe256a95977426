/** The ipvs driver with a kernel's own IPVS; ipvs-driver.test.ts boots it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { ofTarget } from '../../src/targets/balancer.ts';
import { ipvsDriver } from '../../src/targets/ipvs/driver/driver.ts';
import { SYSCTL_NAMES } from '../../src/targets/ipvs/driver/settings.ts';
import { keepalived } from '../../src/targets/keepalived/index.ts';
import { roomlb } from '../cli/roomlb.ts';
import { balancerFor } from '../targets/balancers.ts';
import { intentOf } from '../targets/documents.ts';
import { BASE, CHANGES } from './changes.ts';
import { testDriver, type EngineHarness } from './driver-contract.ts';
import { GUEST, testLive } from './ipvs-live.ts';
import { liveLab } from './live-lab.ts';
import { findBinary, untilLine } from './netns.ts';

/** ipvs-driver.test.ts puts it there. */
const ROOMLB = path.resolve('roomlb.mjs');

/** Of somebody else, on a VIP of RoomLB's, on one that it knows nothing of, and by firewall mark. */
const FOREIGN = [
  '-A -t 203.0.113.10:8080 -s wrr',
  '-a -t 203.0.113.10:8080 -r 10.0.0.1:8080 -m -w 7',
  '-A -u 203.0.113.99:53 -s sh -p 60',
  '-a -u 203.0.113.99:53 -r 10.9.9.9:53 -i -w 1',
  '-A -f 7 -s wrr',
  '-a -f 7 -r 10.9.9.9:0 -g -w 1',
];

const harness: EngineHarness = {
  name: 'ipvs',
  ...GUEST,
  async start(lab) {
    const ipvsadm = (args: readonly string[], input = '') => lab.check(lab.lb, 'ipvsadm', args, { input });
    const load = () => ipvsadm(['-R'], `${FOREIGN.join('\n')}\n`);
    await load();
    const ownedFile = path.resolve(`${lab.lb}.json`);
    const balancer = {
      ...ofTarget(balancerFor('ipvs'), 'ipvs'),
      ...{ ownedFile, namespace: lab.lb, ipvsadm: findBinary('ipvsadm') ?? 'ipvsadm' },
    };
    return {
      driver: ipvsDriver(balancer, 'test-1'),
      balancer,
      dump: async () =>
        [
          await ipvsadm(['-Sn']),
          await ipvsadm(['-L', '--timeout']),
          await lab.check(lab.lb, 'sysctl', SYSCTL_NAMES),
          await readFile(ownedFile, 'utf8').catch(() => ''),
        ].join('\n'),
      async foreign() {
        const lines = (await ipvsadm(['-Sn'])).split('\n');
        return lines
          .filter((line) => / (-f 7|203\.0\.113\.10:8080|203\.0\.113\.99:53) /.test(line))
          .join('\n');
      },
      async restart() {
        await ipvsadm(['-C']);
        await load();
      },
      stop: () => Promise.resolve(),
    };
  },
};

const live = liveLab(harness);
testDriver(harness, live);
testLive(harness, live);

const READ = 'exec "$REAL" "$@"';
/** The command's words, for a balancer whose ipvsadm does this where it is handed rules. */
const wordsWith = async (script: string, what: string): Promise<string[]> => {
  const program = path.resolve('ipvsadm-wrapped');
  const real = `REAL=${findBinary('ipvsadm') ?? ''}`;
  await writeFile(program, `#!/bin/sh\n${real}\n[ "$1" = -R ] || ${READ}\n${script}\n`, { mode: 0o755 });
  const words = await live().words('apply', live().topology(CHANGES[what] ?? BASE), '--yes');
  const file = words[words.indexOf('--topology') + 1] ?? '';
  await writeFile(file, (await readFile(file, 'utf8')).replace(/ipvsadm: .*/, `ipvsadm: ${program}`));
  return words;
};
const bringTo = (what: string) => live().bringTo(live().topology(CHANGES[what] ?? BASE));

test('ipvs: killed with its work half done, the next apply converges', async () => {
  await bringTo('base');
  const before = await live().engine.dump();
  const words = await wordsWith('head -n 5 | "$REAL" -R; kill -9 $PPID', 'all of it at once');
  const child = spawn(process.execPath, [ROOMLB, ...words, '--no-probes'], { stdio: 'ignore' });
  assert.deepEqual(await once(child, 'close'), [null, 'SIGKILL']);
  const half = await live().engine.dump();
  assert.notEqual(half, before);
  await bringTo('all of it at once');
  assert.notEqual(await live().engine.dump(), half);
  await bringTo('base');
  assert.equal(await live().engine.dump(), before);
});

test('ipvs: what is not so when it is read back is undone', async () => {
  await bringTo('base');
  const before = await live().engine.dump();
  const { code, err } = await roomlb(
    ...(await wordsWith('grep -v \' 10.0.0.4:\' | "$REAL" -R', 'a node is added')),
  );
  assert.equal(code, 1);
  assert.match(err, /still differs.*10\.0\.0\.4/);
  assert.equal(await live().engine.dump(), before);
});

test('ipvs: a service of somebody else stands where one is wanted, and is not touched but by --adopt', async () => {
  await bringTo('base');
  const hand = (args: string[]) => live().lab.check(live().lab.lb, 'ipvsadm', args);
  await hand(['-A', '-u', '203.0.113.10:40006', '-s', 'sh']);
  const before = await live().engine.dump();
  const added = live().topology(CHANGES['a node is added'] ?? []);
  const { code, err } = await live().roomlb('apply', added, '--yes');
  assert.equal(code, 1);
  assert.match(err, /-u 203\.0\.113\.10:40006 is in IPVS already, and not in .* as this cluster's/);
  assert.equal(await live().engine.dump(), before);
  await live().bringTo(added);
  assert.match(await hand(['-Sn']), /-A -u 203\.0\.113\.10:40006 -s wrr\n-a/);
  await bringTo('base');
  assert.doesNotMatch(await hand(['-Sn']), /203\.0\.113\.10:40006/);
});

test('ipvs: a keepalived of RoomLB in the same network namespace is a rival', async () => {
  const { lab, engine } = live();
  const [head = ''] =
    keepalived.render(intentOf(live().topology(BASE))).files[0]?.content.split('\n\n') ?? [];
  const file = path.resolve('rival.conf');
  await writeFile(file, `${head}\n\nglobal_defs {\n    router_id rival\n}\n`);
  const pids = ['-p', 'k', '-c', 'c', '-r', 'r'];
  const names = pids.map((word) => (word.startsWith('-') ? word : path.resolve(`rival-${word}.pid`)));
  const rival = lab.spawn(lab.lb, 'keepalived', ['-n', '-l', '-D', '-f', file, ...names]);
  await untilLine(rival, /Starting|Startup/);
  const plan = engine.driver.plan(
    await engine.driver.read(),
    engine.driver.desired(intentOf(live().topology(BASE))),
  );
  assert.deepEqual(plan.foreign, [`keepalived runs here by ${file}, which RoomLB wrote for cluster test-1`]);
  const ended = once(rival, 'close');
  rival.kill('SIGTERM');
  await ended;
});
