/** `roomlb plan`, `apply`, `verify` and `rollback` on a balancer of target file, whose reload is a real program. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, test, type TestContext } from 'node:test';
import { fileSite, VIP, type FileSite } from './file-site.ts';
import { startResponder } from './responder.ts';
import { startServe } from './roomlb-process.ts';
import { roomlb } from './roomlb.ts';

let site: FileSite;
beforeEach(async (t) => {
  site = await fileSite(t as TestContext);
});

const run = (command: string, ...args: string[]) =>
  roomlb(command, 'lb-1', '--topology', site.topology, '--state-dir', site.state, ...args);

/** Changes the topology's node. */
async function declare(node: string, changes: object): Promise<void> {
  const document = JSON.parse(await readFile(site.topology, 'utf8')) as { nodes: { id: string }[] };
  const nodes = document.nodes.map((one) => (one.id === node ? { ...one, ...changes } : one));
  await writeFile(site.topology, JSON.stringify({ ...document, nodes }));
}

describe('roomlb plan', () => {
  test('prints what differs, what would be done and what it disrupts; changes nothing', async () => {
    const before = await readdir(site.folder);
    const { code, out, err } = await run('plan');
    assert.equal(code, 0, err);
    assert.match(out, /^file lb-1 \(.*lb\.cfg\), revision [0-9a-f]{16}\n/);
    assert.match(out, /^\+ +server sfu-1 10\.0\.1\.11:4443/m);
    assert.match(out, /^plan [0-9a-f]{16}: 2 to add, 0 to change, 0 to remove \(2 steps\)$/m);
    assert.match(out, /^disrupts nothing$/m);
    assert.deepEqual(await readdir(site.folder), before);
  });

  test('as JSON tells the same, and takes a balancer by its target, too', async () => {
    const { code, json } = await run('plan', '--json');
    assert.equal(code, 0);
    const { balancer, target, plan, counts, steps, refusals, drift } = json();
    assert.deepEqual([balancer, target, drift, refusals], ['lb-1', 'file', false, []]);
    assert.deepEqual(counts, { added: 2, changed: 0, removed: 0, steps: 2 });
    assert.equal(steps.length, 2);
    const args = ['--topology', site.topology, '--state-dir', site.state, '--json'];
    assert.equal((await roomlb('plan', 'file', ...args)).json().plan, plan);
  });

  test('names what is missing: exit code 2', async () => {
    const unknown = await roomlb('plan', 'lb-9', '--topology', site.topology);
    assert.deepEqual([unknown.code, unknown.err], [2, 'error: no balancer "lb-9"; there are lb-1 (file)\n']);
    const missing = await roomlb('plan', 'lb-1', '--topology', join(site.folder, 'none.yaml'));
    assert.equal(missing.code, 2, missing.err);
  });

  test('asks a dispatcher for what is wanted; exit code 3 where none answers', async (t) => {
    const serve = await startServe(t, site.topology);
    await site.patchNode(serve.url, 'sfu-2', { weight: 7 });
    const args = ['--dispatcher', serve.url, '--state-dir', site.state];
    assert.match((await roomlb('plan', 'lb-1', ...args)).out, /^\+ +server sfu-2 .*weight 7\b/m);
    await serve.stop();
    const { code, err } = await roomlb('plan', 'lb-1', ...args);
    assert.equal(code, 3);
    assert.match(err, /ECONNREFUSED/);
  });
});

describe('roomlb apply', () => {
  test('asks before, and where nobody can be asked, says how to answer: exit code 2', async () => {
    const { code, err } = await run('apply');
    assert.deepEqual([code, err], [2, 'error: nobody is there to say yes: add --yes\n']);
    assert.equal(await site.file(), null);
  });

  test('--dry-run changes nothing; exit code 1 where it would be refused', async () => {
    const before = await readdir(site.folder);
    const { code, out } = await run('apply', '--dry-run');
    assert.equal(code, 0);
    assert.equal(out, (await run('plan')).out);
    assert.deepEqual(await readdir(site.folder), before);
    await writeFile(site.path, 'global\n');
    const refused = await run('apply', '--dry-run', '--json');
    assert.deepEqual([refused.code, refused.json().refusals[0].guard], [1, 'foreign-owner']);
    assert.equal(await site.file(), 'global\n');
  });

  test('applies once, tells each step, and the second time has nothing to do', async () => {
    const first = await run('apply', '--yes');
    assert.equal(first.code, 0, first.err);
    assert.match(first.err, /^write .*lb\.cfg: put it in place\nrun \/bin\/sh .*\nlb-1: applied revision/);
    assert.deepEqual(await site.reloads(), ['done']);
    const second = await run('apply', '--yes', '--json');
    assert.deepEqual([second.code, second.json().result, second.json().counts.steps], [0, 'unchanged', 0]);
    assert.deepEqual(await site.reloads(), ['done']);
  });

  test('executes the plan that was looked at, and no other: exit code 1', async () => {
    const { plan } = (await run('plan', '--json')).json();
    await declare('sfu-2', { weight: 7 });
    const stale = await run('apply', '--yes', '--plan', plan, '--json');
    assert.deepEqual([stale.code, stale.json().result], [1, 'refused']);
    assert.match(stale.json().why, RegExp(`the plan is [0-9a-f]{16} by now, not ${plan}`));
    assert.equal(await site.file(), null);
    const { plan: fresh } = (await run('plan', '--json')).json();
    assert.equal((await run('apply', '--yes', '--plan', fresh)).code, 0);
  });

  test('overwrites what is not its own by an explicit word only', async () => {
    await writeFile(site.path, 'global\n');
    const refused = await run('apply', '--yes');
    assert.equal(refused.code, 1);
    assert.match(refused.err, /refused, nothing was changed: .*was not written by RoomLB .*--adopt/);
    assert.equal(await site.file(), 'global\n');
    assert.equal((await run('apply', '--yes', '--adopt')).code, 0);
    assert.match((await site.file()) ?? '', /server sfu-3/);
  });

  test('goes back where the engine says no, and tells so: exit code 1', async () => {
    await run('apply', '--yes');
    const good = await site.file();
    await declare('sfu-2', { weight: 7 });
    await writeFile(join(site.folder, 'fail'), '');
    const failing = await run('apply', '--yes');
    assert.equal(failing.code, 1);
    assert.match(failing.err, /failed, and .*no such node/);
    assert.equal(await site.file(), good);
    await rm(join(site.folder, 'fail'));
    assert.equal((await run('apply', '--yes')).code, 0);
    assert.match((await site.file()) ?? '', /weight 7\b/);
  });

  test('a program that is not installed is not reached: exit code 3, nothing changed and nothing interrupted', async (t) => {
    site = await fileSite(t, { checkCommand: ['/nonexistent/check', '{file}'] });
    for (let i = 0; i < 2; i++) {
      const { code, err } = await run('apply', '--yes');
      assert.equal(code, 3, err);
      assert.match(err, /error: \/nonexistent\/check is not installed, or not on PATH$/m);
    }
    assert.equal(await site.file(), null);
    assert.deepEqual(await readdir(join(site.state, 'balancers/lb-1')), ['lock']);
  });

  test('takes shares in per cent only: exit code 2', async () => {
    for (const share of ['0.2', '120%', '-1%', '20']) {
      const { code, err } = await run('apply', '--yes', `--max-removed=${share}`);
      assert.equal(code, 2);
      assert.match(err, /write a whole number of per cent, such as 20%/);
    }
  });

  test('two at once: one does it, the other finds it done', async () => {
    const results = await Promise.all([1, 2, 3].map(() => run('apply', '--yes', '--json')));
    assert.deepEqual(
      results.map(({ json, code }) => `${code} ${json().result}`).sort(),
      ['0 applied', '0 unchanged', '0 unchanged'],
      results.map(({ err }) => err).join(''),
    );
    assert.deepEqual(await site.reloads(), ['done']);
  });

  test('waits for whoever has the lock, and then says who that is: exit code 3', async (t) => {
    const lock = join(site.state, 'balancers/lb-1/lock');
    await mkdir(dirname(lock), { recursive: true });
    await writeFile(lock, '');
    // cat says back what it hears once it runs, and by then the lock is taken.
    const holder = spawn('flock', [lock, 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
    t.after(() => holder.stdin.end());
    holder.stdin.write('taken');
    await once(holder.stdout, 'data');
    const { code, err } = await run('apply', '--yes');
    assert.equal(code, 3);
    assert.match(err, /lock is locked: another process is changing the engine/);
    assert.equal(await site.file(), null);
  });
});

describe('the probe through the VIP', () => {
  test('undoes a change after which signalling does not answer any more, and says so: exit code 1', async (t) => {
    await run('apply', '--yes');
    const good = await site.file();
    const responder = await startResponder(t, VIP, 8080);
    await declare('sfu-2', { weight: 7 });
    await writeFile(join(site.folder, 'kill'), String(responder.pid));
    const { code, err, json } = await run('apply', '--yes', '--json');
    assert.equal(code, 1, err);
    assert.equal(json().result, 'rolled-back');
    assert.equal(
      json().why,
      `through the VIP, what answered before does not any more: ${VIP}:8080/tcp (public/signalling)`,
    );
    assert.equal(await site.file(), good);
    assert.deepEqual(await site.reloads(), ['done', 'kills', 'done']);
  });

  test('blames nothing on a change where nobody answered before, where all goes on, or unasked', async (t) => {
    assert.equal((await run('apply', '--yes')).code, 0);
    const responder = await startResponder(t, VIP, 8080);
    await declare('sfu-2', { weight: 7 });
    assert.equal((await run('apply', '--yes')).code, 0);
    await declare('sfu-2', { weight: 8 });
    await writeFile(join(site.folder, 'kill'), String(responder.pid));
    assert.equal((await run('apply', '--yes', '--no-probes')).code, 0);
    assert.match((await site.file()) ?? '', /weight 8\b/);
    assert.deepEqual(await site.reloads(), ['done', 'done', 'kills']);
  });
});

describe('roomlb verify', () => {
  test('exit code 0 where all is as wanted; 1 and the difference where somebody changed it', async () => {
    await run('apply', '--yes');
    const fine = await run('verify');
    assert.equal(fine.code, 0);
    assert.match(fine.out, /nothing to do: it is as wanted/);
    await appendFile(site.path, '# by hand\n');
    const drifted = await run('verify');
    assert.equal(drifted.code, 1);
    assert.match(drifted.out, /^drift: somebody else changed what had been applied$/m);
    assert.match(drifted.out, /^- +# by hand$/m);
    const json = await run('verify', '--json');
    assert.deepEqual([json.code, json.json().drift], [1, true]);
    assert.match((await site.file()) ?? '', /# by hand/);
  });

  test('what is newly wanted is no drift, but not as wanted either: exit code 1', async () => {
    await run('apply', '--yes');
    await declare('sfu-2', { weight: 7 });
    const { code, json } = await run('verify', '--json');
    assert.deepEqual([code, json().drift], [1, false]);
  });
});

describe('roomlb rollback', () => {
  test('goes back one good state after the other, then says that there is no more: exit code 2', async () => {
    const texts: (string | null)[] = [];
    for (const weight of [1, 2, 3]) {
      await declare('sfu-2', { weight });
      await run('apply', '--yes');
      texts.push(await site.file());
    }
    for (const wanted of [texts[1], texts[0]]) {
      const { code, err } = await run('rollback', '--yes');
      assert.equal(code, 0, err);
      assert.equal(await site.file(), wanted);
    }
    const none = await run('rollback', '--yes');
    assert.equal(none.code, 2);
    assert.match(none.err, /no other good state is remembered to go back to; roomlb apply makes one/);
  });

  test('goes to a revision by name, and tells what it did as JSON', async () => {
    const { revision } = (await run('apply', '--yes', '--json')).json();
    const first = await site.file();
    for (const weight of [2, 3]) {
      await declare('sfu-2', { weight });
      await run('apply', '--yes');
    }
    const unknown = await run('rollback', '--yes', '--to', 'ffffffffffffffff');
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /no good state of revision ffffffffffffffff/);
    const back = await run('rollback', '--yes', '--to', revision, '--json');
    assert.deepEqual([back.code, back.json().result, back.json().revision], [0, 'applied', revision]);
    assert.equal(await site.file(), first);
  });

  test('asks before: exit code 2 where nobody can be asked, and where nothing is remembered', async () => {
    const nothing = await run('rollback', '--yes');
    assert.equal(nothing.code, 2);
    await run('apply', '--yes');
    const { code, err } = await run('rollback');
    assert.deepEqual([code, err], [2, 'error: nobody is there to say yes: add --yes\n']);
  });
});
