// `npm run mediasoup:worker`: sees to it that media nodes can run on this machine, and prints the worker's
// path. What is there is used (see mediasoup-worker/find.mjs for where it looks); what is not, is compiled
// from the sources in mediasoup's npm package with the distribution's libraries, into a cache folder outside
// the project. `--print` only looks.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  findWorker,
  mediasoupEntry,
  packageCache,
  recipe,
  tryWorker,
  version,
  workerCache,
} from './mediasoup-worker/find.mjs';

const PACKAGES = [
  ...['g++', 'cmake', 'ninja-build', 'pkg-config', 'flatbuffers-compiler', 'libflatbuffers-dev'],
  ...['libssl-dev', 'libuv1-dev', 'libsrtp2-dev', 'libusrsctp-dev', 'libabsl-dev'],
];

/** Raised with a text that tells a person what is missing and what else would do. */
class CannotError extends Error {}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CannotError)) throw error;
  step(error.message);
  step(
    'what else would do: `npm install mediasoup` where GitHub can be reached (its installation downloads a',
  );
  step('worker), or MEDIASOUP_WORKER_BIN=/path/of/a/worker. Everything but media nodes works without one.');
  process.exitCode = 3;
}

async function main([option]) {
  if (option !== undefined && option !== '--print' && option !== '--locked') {
    throw new CannotError(`unknown option ${option}; there is --print, which only looks`);
  }
  const found = findWorker();
  if (option === '--print') {
    if (found.bin) console.log(found.bin);
    else step(found.why);
    process.exitCode = found.bin ? 0 : 1;
    return;
  }
  if (process.env.MEDIASOUP_WORKER_BIN && !found.bin) throw new CannotError(found.why);
  if (found.bin && mediasoupEntry()) {
    step(`using ${found.bin} (${found.source})`);
    console.log(found.bin);
    return;
  }
  if (option !== '--locked') return underLock();
  installPackage();
  if (!found.bin) await compile();
  const made = findWorker();
  if (!made.bin) throw new CannotError(made.why);
  console.log(made.bin);
}

/**
 * Runs this script again under flock(1), so that two runs never build the same thing at once. The kernel
 * drops the lock with the process, however it ends.
 */
function underLock() {
  mkdirSync(dirname(packageCache()), { recursive: true });
  const lock = join(dirname(packageCache()), 'mediasoup-worker.lock');
  const again = [process.execPath, fileURLToPath(import.meta.url), '--locked'];
  const BUSY = 75;
  const first = spawnSync('flock', ['-n', '-E', String(BUSY), lock, ...again], { stdio: 'inherit' });
  if (first.error) throw new CannotError(`flock(1) is needed, of util-linux: ${first.error.message}`);
  if (first.status !== BUSY) {
    process.exitCode = first.status ?? 1;
    return;
  }
  step('another run is at it: waiting for that one');
  process.exitCode = spawnSync('flock', [lock, ...again], { stdio: 'inherit' }).status ?? 1;
}

/** mediasoup as the lock file pins it, without its installation script, which would download or build. */
function installPackage() {
  const target = packageCache();
  if (existsSync(target)) return;
  step(`installing mediasoup ${version} (JavaScript and worker sources)`);
  withScratch(dirname(target), (scratch) => {
    for (const file of ['package.json', 'package-lock.json'])
      copyFileSync(join(recipe, file), join(scratch, file));
    const args = ['ci', '--prefix', scratch, '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund'];
    const { status } = spawnSync('npm', args, { cwd: scratch, stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new CannotError('npm could not install mediasoup; its messages are above');
    renameSync(scratch, target);
  });
}

async function compile() {
  if (process.platform !== 'linux') throw new CannotError(`no recipe for compiling on ${process.platform}`);
  ensurePackages();
  const target = workerCache();
  if (existsSync(target) && tryWorker(target) === undefined) return;
  const scratch = mkdtempSync(join(tmpdir(), 'roomlb-worker-'));
  try {
    step(`compiling mediasoup-worker ${version}: some minutes, once; kept in ${dirname(target)}`);
    const source = join(packageCache(), 'node_modules', 'mediasoup', 'worker');
    const configure = ['-S', recipe, '-B', scratch, '-G', 'Ninja', `-DWORKER_SOURCE=${source}`];
    await runQuietly('cmake', configure, scratch);
    await runQuietly('ninja', ['-C', scratch, '-j', String(availableParallelism())], scratch);
    const made = join(scratch, 'mediasoup-worker');
    const fault = tryWorker(made);
    if (fault !== undefined) throw new CannotError(`the compiled worker ${fault}`);
    mkdirSync(dirname(target), { recursive: true });
    // rename() needs one file system; a copy beside the target, renamed, is never seen half-written.
    copyFileSync(made, `${target}.new`);
    renameSync(`${target}.new`, target);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Installs compiler and libraries by apt where that is allowed; elsewhere CMake tells what it misses. */
function ensurePackages() {
  if (!existsSync('/usr/bin/apt-get')) return;
  const missing = PACKAGES.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const sudo = process.getuid() === 0 ? [] : ['sudo', '-n'];
  if (sudo.length > 0 && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) {
    throw new CannotError(`needs root once, for: apt-get install ${missing.join(' ')}`);
  }
  step(`installing ${missing.join(' ')}`);
  const script =
    'export DEBIAN_FRONTEND=noninteractive; apt-get update -qq; ' +
    `apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends ${missing.join(' ')} >&2`;
  const [command, ...args] = [...sudo, 'sh', '-c', script];
  if (spawnSync(command, args, { stdio: ['ignore', 2, 2] }).status !== 0) {
    throw new CannotError(`apt-get could not install ${missing.join(' ')}`);
  }
}

function isInstalled(name) {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' });
  return stdout === 'installed';
}

/** Shows ninja's `[done/all]` every tenth of the way, and everything if the command fails. */
async function runQuietly(command, args, cwd) {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  let tenth = 0;
  const listen = async (stream) => {
    for await (const line of createInterface({ input: stream })) {
      said.push(line);
      const [, done, all] = /^\[(\d+)\/(\d+)\]/.exec(line) ?? [];
      if (all === undefined || Math.floor((10 * done) / all) === tenth) continue;
      tenth = Math.floor((10 * done) / all);
      step(`${tenth * 10} % (${done} of ${all})`);
    }
  };
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? undefined : `exit code ${code}`));
  });
  const [fault] = await Promise.all([ended, listen(child.stdout), listen(child.stderr)]);
  if (fault === undefined) return;
  process.stderr.write(`${said.slice(-40).join('\n')}\n`);
  throw new CannotError(
    `${command} failed (${fault}); it needs what Debian calls ${PACKAGES.join(' ')}, or their like elsewhere`,
  );
}

function withScratch(parent, work) {
  const scratch = mkdtempSync(join(parent, 'new-'));
  try {
    work(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function step(text) {
  process.stderr.write(`mediasoup-worker: ${text}\n`);
}
