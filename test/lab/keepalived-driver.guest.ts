/** The keepalived driver with a real keepalived and a kernel's own IPVS; keepalived-driver.test.ts boots it. */
import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ofTarget } from '../../src/targets/balancer.ts';
import { OWNED_FOLDER } from '../../src/targets/ipvs/driver/notes.ts';
import { keepalivedDriver } from '../../src/targets/keepalived/driver/driver.ts';
import { balancerFor } from '../targets/balancers.ts';
import { intentOf } from '../targets/documents.ts';
import { BASE, CHANGES } from './changes.ts';
import { testDriver, type EngineHarness } from './driver-contract.ts';
import { GUEST, testLive } from './ipvs-live.ts';
import { liveLab } from './live-lab.ts';
import { findBinary, untilLine } from './netns.ts';
import { LAB } from './netns-setup.ts';

const FOREIGN = ['-A -u 203.0.113.99:53 -s sh -p 60', '-a -u 203.0.113.99:53 -r 10.9.9.9:53 -i -w 1'];

const harness: EngineHarness = {
  name: 'keepalived',
  ...GUEST,
  async start(lab) {
    const ipvsadm = (args: readonly string[], input = '') => lab.check(lab.lb, 'ipvsadm', args, { input });
    await ipvsadm(['-R'], `${FOREIGN.join('\n')}\n`);
    const [configFile, pidFile] = [path.resolve(`${lab.lb}.conf`), path.resolve(`${lab.lb}.pid`)];
    await writeFile(configFile, '# Of somebody else.\nglobal_defs {\n    dynamic_interfaces\n}\n');
    const start = async () => {
      const pids = ['-p', pidFile, '-c', `${pidFile}.checkers`, '-r', `${pidFile}.vrrp`];
      const daemon = lab.spawn(lab.lb, 'keepalived', ['-n', '-l', '-D', '-f', configFile, ...pids]);
      await untilLine(daemon, /Startup complete|no configuration to run/);
      return daemon;
    };
    let daemon = await start();
    const [binary = '', program = ''] = ['keepalived', 'ipvsadm'].map(findBinary);
    const balancer = {
      ...ofTarget(balancerFor('keepalived'), 'keepalived'),
      ...{ configFile, pidFile, namespace: lab.lb, binary, ipvsadm: program },
    };
    return {
      driver: keepalivedDriver(balancer),
      balancer,
      dump: async () => [await ipvsadm(['-Sn']), await readFile(configFile, 'utf8')].join('\n'),
      async foreign() {
        const lines = (await ipvsadm(['-Sn'])).split('\n');
        return lines.filter((line) => line.includes(' 203.0.113.99:53 ')).join('\n');
      },
      async restart() {
        daemon.kill('SIGKILL');
        // Its children end a moment later, and take their services with them.
        while ((await ipvsadm(['-Sn'])).includes('203.0.113.10')) await sleep(100);
        daemon = await start();
      },
      stop: () => Promise.resolve(),
    };
  },
};

const live = liveLab(harness);
testDriver(harness, live);
testLive(harness, live);

const driver = () => live().engine.driver as ReturnType<typeof keepalivedDriver>;
const desired = (what: string) => driver().desired(intentOf(live().topology(CHANGES[what] ?? BASE)));
const run = { signal: new AbortController().signal };
const ipvsadm = (...args: string[]) => live().lab.check(live().lab.lb, 'ipvsadm', args);

test('keepalived: a file that keepalived -t refuses is refused in its words, and nothing has changed', async () => {
  await live().bringTo(live().topology(BASE));
  const before = await live().engine.dump();
  const state = desired('a node is added');
  const broken = { ...state, file: `${state.file ?? ''}virtual_server {\n` };
  const plan = driver().plan(await driver().read(), broken);
  await assert.rejects(driver().apply(plan, run), {
    kind: 'refused',
    message: /^keepalived -t: .*missing '\}'/,
  });
  assert.equal(await live().engine.dump(), before);
  assert.equal((await driver().read()).process, 'loaded');
});

test('keepalived: a reload leaves a member that failed its checks where it is, and drift is no part of it', async () => {
  await live().bringTo(live().topology(BASE));
  const { lab } = live();
  const weights = async () =>
    [...(await ipvsadm('-Sn')).matchAll(/203\.0\.113\.10:80 -r 10\.0\.0\.3:4443 -m -w (\d+)/g)].map(
      ([, w]) => w,
    );
  // Its answers to the balancer itself get lost, those to clients do not.
  const answers = (verb: string) =>
    lab.check(lab.nsOfNode('sfu-3'), 'ip', ['-batch', '-'], {
      input: [LAB.lb[4], '203.0.113.10'].map((to) => `route ${verb} blackhole ${to}/32\n`).join(''),
    });
  await answers('prepend');
  while ((await weights())[0] !== '0') await sleep(200);
  const seen = new Set<string | undefined>();
  const done = new AbortController();
  const watch = (async () => {
    while (!done.signal.aborted) for (const weight of await weights()) seen.add(weight);
  })();
  await live().bringTo(live().topology(CHANGES['a weight changes'] ?? []));
  done.abort();
  await watch;
  assert.deepEqual([...seen], ['0']);
  await answers('del');
  while ((await weights())[0] !== '200') await sleep(200);
});

test('keepalived: what is not so when it is read back is undone', async () => {
  await live().bringTo(live().topology(BASE));
  const before = await live().engine.dump();
  // Whoever reads the table is not told of the node that is new.
  const program = path.resolve('ipvsadm-forgetful');
  const real = findBinary('ipvsadm') ?? '';
  const script = `#!/bin/sh\n[ "$1" = -Sn ] || exec ${real} "$@"\n${real} -Sn | grep -v ' 10\\.0\\.0\\.4:'\n`;
  await writeFile(program, script, { mode: 0o755 });
  live().declared = { ipvsadm: program };
  const { code, err } = await live().roomlb(
    'apply',
    live().topology(CHANGES['a node is added'] ?? []),
    '--yes',
  );
  live().declared = {};
  assert.deepEqual([code, /failed, and rolled back.* still differs.*10\.0\.0\.4/.test(err)], [1, true], err);
  assert.deepEqual((await live().engine.dump()).split('\n').sort(), before.split('\n').sort());
});

test('keepalived: what others take from its table is drift, and is put back', async () => {
  const base = live().topology(BASE);
  await live().bringTo(base);
  const before = await live().engine.dump();
  await ipvsadm('-d', '-u', '203.0.113.10:40002', '-r', '10.0.0.2:0');
  await ipvsadm('-e', '-t', '203.0.113.10:80', '-r', '10.0.0.1:4443', '-m', '-w', '9');
  await ipvsadm('-D', '-u', '203.0.113.10:40000');
  const verify = await live().roomlb('verify', base);
  assert.equal(verify.code, 1);
  assert.match(verify.out + verify.err, /-w 9/);
  await live().bringTo(base);
  assert.deepEqual((await live().engine.dump()).split('\n').sort(), before.split('\n').sort());
});

test('keepalived: services that the target ipvs has in the same network namespace are a rival', async () => {
  await mkdir(OWNED_FOLDER, { recursive: true });
  const file = path.join(OWNED_FOLDER, 'ipvs-test-1-rival.json');
  const services = { '-u 203.0.113.99:53': { id: 'edge/media/sfu-1/udp', nodes: {} } };
  const notes = { version: 1, cluster: 'test-1', namespace: live().lab.lb, settings: [], services };
  await writeFile(file, JSON.stringify(notes));
  const { foreign } = driver().plan(await driver().read(), desired('base'));
  await rm(file);
  assert.deepEqual(foreign, [
    `RoomLB's target ipvs has 1 virtual services here, by ${file} of cluster test-1`,
  ]);
});
