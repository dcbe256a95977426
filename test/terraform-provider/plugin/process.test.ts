import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleProvider } from '../../../scripts/terraform-provider/bundle.mjs';
import { installProvider } from '../../../scripts/terraform-provider/install.mjs';
import { PLATFORM } from '../../../scripts/terraform-provider/platform.mjs';
import { writeRelease } from '../../../scripts/terraform-provider/release.mjs';
import { requiring } from '../in-process.ts';
import { NO_TERRAFORM, terraformIn, type Terraform, type TerraformOptions } from '../terraform.ts';

const NAME = 'toy';
const VERSION = '1.0.0';
const skip = NO_TERRAFORM;
const COOKIE = 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2';

let scratch = '';
let executable = '';
before(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'roomlb-toy-'));
  executable = await bundleProvider({
    entry: 'test/terraform-provider/plugin/toy-main.ts',
    folder: join(scratch, 'bin'),
    name: NAME,
    version: VERSION,
  });
});
after(() => rmSync(scratch, { recursive: true, force: true }));

/** @returns with a folder for things, which `started-NAME` files lie beside */
function workspace(t: TestContext, main: string, options: TerraformOptions): Terraform & { things: string } {
  const kept = mkdtempSync(join(scratch, 'work-'));
  const things = join(kept, 'things');
  mkdirSync(things);
  const terraform = terraformIn(t, {
    files: { 'main.tf': requiring(NAME, VERSION) + main },
    ...options,
    env: { TOY_THINGS: things, ...options.env },
  });
  return { ...terraform, things };
}

const THING = 'resource "toy_thing" "one" {\n  name = "a"\n}\n';
const HUNDRED = 'resource "toy_thing" "many" {\n  count = 100\n  name  = "thing-${count.index}"\n}\n';

describe('by the real terraform', { skip }, () => {
  async function lifecycle(terraform: Terraform & { things: string }) {
    await terraform.run('apply', '-auto-approve');
    assert.deepEqual(readdirSync(terraform.things), ['a']);
    assert.deepEqual(await terraform.plan(), {});
    await terraform.run('destroy', '-auto-approve');
    assert.deepEqual(readdirSync(terraform.things), []);
  }

  test('a provider is found in a filesystem mirror, and makes and destroys', async (t) => {
    const mirror = join(scratch, 'unpacked');
    const folder = installProvider({ bundle: dirname(executable), name: NAME, version: VERSION, mirror });
    assert.equal(folder, join(mirror, 'registry.terraform.io/roomlb/toy', VERSION, PLATFORM));
    const terraform = workspace(t, THING, { mirror });
    await terraform.run('init');
    await lifecycle(terraform);
  });

  test('the archive of a release is one that terraform unpacks and runs', async (t) => {
    const release = { bundle: dirname(executable), name: NAME, version: VERSION };
    const mirror = join(scratch, 'packed');
    const folder = join(mirror, 'registry.terraform.io/roomlb/toy');
    const files = writeRelease({ ...release, folder });
    const again = join(scratch, 'again');
    assert.deepEqual(writeRelease({ ...release, folder: again }), files);
    for (const file of files) {
      assert.deepEqual(readFileSync(join(again, file)), readFileSync(join(folder, file)), file);
    }
    const { status, stderr } = spawnSync(
      'sha256sum',
      ['-c', `terraform-provider-toy_${VERSION}_SHA256SUMS`],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    assert.equal(status, 0, stderr);
    const terraform = workspace(t, THING, { mirror });
    await terraform.run('init');
    await lifecycle(terraform);
  });

  test('a developer’s build is taken without any installation', async (t) => {
    const devOverrides = { 'registry.terraform.io/roomlb/toy': dirname(executable) };
    const terraform = workspace(t, THING, { devOverrides });
    await lifecycle(terraform);
  });

  test('after Ctrl-C what was under way is done and remembered, and an apply again does the rest', async (t) => {
    const terraform = slow(t);
    const child = terraform.start('apply', '-auto-approve', '-no-color');
    await started(terraform);
    process.kill(-(child.pid ?? 0), 'SIGINT');
    await ended(child);
    const made = readdirSync(terraform.things);
    assert.ok(made.length > 0 && made.length < 100, `${made.length} were made`);
    assert.deepEqual(Object.keys(await terraform.state()).length, made.length);
    await terraform.run('apply', '-auto-approve');
    assert.equal(readdirSync(terraform.things).length, 100);
    assert.deepEqual(await terraform.plan(), {});
  });

  test('no provider outlives a terraform that was killed', async (t) => {
    const terraform = slow(t);
    const child = terraform.start('apply', '-auto-approve');
    const pid = await started(terraform);
    child.kill('SIGKILL');
    await ended(child);
    await gone(pid);
  });

  function slow(t: TestContext) {
    return workspace(t, HUNDRED, {
      devOverrides: { 'registry.terraform.io/roomlb/toy': dirname(executable) },
      env: { TOY_DELAY_MS: '300' },
    });
  }
});

describe('the process', () => {
  test('tells a person who starts it what it is', () => {
    const { status, stdout, stderr } = spawnSync(executable, { encoding: 'utf8', env: env({}) });
    assert.equal(status, 1);
    assert.match(stderr, /This is the Terraform provider toy 1\.0\.0\..*required_providers/s);
    assert.doesNotMatch(stdout, /\|/);
  });

  test('refuses a Terraform that does not speak its protocol', () => {
    const { status, stderr } = spawnSync(executable, {
      encoding: 'utf8',
      env: env({ TF_PLUGIN_MAGIC_COOKIE: COOKIE, PLUGIN_PROTOCOL_VERSIONS: '4,5' }),
    });
    assert.equal(status, 1);
    assert.match(stderr, /protocol 6/);
  });

  test('goes on through signals that reach the whole group', async (t) => {
    const { child, socket } = await plugin(t, []);
    // Nobody reads what it says any more, either.
    child.stdout?.destroy();
    child.stderr?.destroy();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) child.kill(signal);
    await sleep(200);
    assert.equal(child.exitCode, null);
    assert.equal(child.signalCode, null);
    assert.ok(existsSync(socket));
  });

  test('ends when who started it is gone', async (t) => {
    const { child, socket, pid } = await plugin(t, ['/bin/sh', '-c', '"$0" & echo "pid $!" >&2; wait']);
    child.kill('SIGKILL');
    await ended(child);
    await gone(pid);
    assert.equal(existsSync(dirname(socket)), false);
  });
});

async function plugin(
  t: TestContext,
  wrapper: readonly string[],
): Promise<{ child: ChildProcess; socket: string; pid: number }> {
  const [command = executable, ...args] = wrapper;
  const child = spawn(command, wrapper.length === 0 ? [] : [...args, executable], {
    env: env({ TF_PLUGIN_MAGIC_COOKIE: COOKIE, PLUGIN_PROTOCOL_VERSIONS: '5,6' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const pid = { is: child.pid ?? 0 };
  createInterface({ input: child.stderr }).on('line', (line) => {
    const found = /^pid (\d+)$/.exec(line)?.[1];
    if (found !== undefined) pid.is = Number(found);
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const [core, protocol, network, socket = '', kind, certificate] = line.split('|');
    assert.deepEqual([core, protocol, network, kind, certificate], ['1', '6', 'unix', 'grpc', '']);
    assert.equal(basename(socket), 'provider');
    return { child, socket, pid: pid.is };
  }
  throw new Error('no handshake');
}

function env(own: Record<string, string>): Record<string, string> {
  return { PATH: process.env.PATH ?? '', TMPDIR: scratch, ...own };
}

/** @returns the provider's process, once it makes the first thing */
async function started({ things }: { things: string }): Promise<number> {
  for (;;) {
    const [first] = readdirSync(dirname(things)).filter((file) => file.startsWith('started-'));
    const pid = first === undefined ? 0 : Number(readFileSync(join(dirname(things), first), 'utf8'));
    if (pid > 0) return pid;
    await sleep(20);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  child.stdout?.resume();
  child.stderr?.resume();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await sleep(50);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
