// Where mediasoup and its worker are on this machine. Only looks: installs nothing, downloads nothing.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The recipe: this folder. */
export const recipe = dirname(fileURLToPath(import.meta.url));

const lock = readFileSync(join(recipe, 'package-lock.json'));
export const version = JSON.parse(lock).packages['node_modules/mediasoup'].version;

/** What the worker is made from: other contents, other binary. */
const RECIPE_FILES = ['package-lock.json', 'CMakeLists.txt', join('include', 'srtp.h')];

/** Outside the project, so that a fresh clone finds what an earlier one built. */
function cacheRoot() {
  const base = process.env.XDG_CACHE_HOME;
  return join(base?.startsWith('/') ? base : join(homedir(), '.cache'), 'roomlb');
}

/** Folder whose node_modules holds the pinned mediasoup, JavaScript and worker sources, no binary. */
export function packageCache() {
  return join(cacheRoot(), `mediasoup-${version}-${digest([lock])}`);
}

/** The compiled worker's place. It is linked against this distribution's libraries, so that counts too. */
export function workerCache() {
  const sources = RECIPE_FILES.map((file) => readFileSync(join(recipe, file)));
  const system = [process.platform, process.arch, distribution()];
  return join(
    cacheRoot(),
    `mediasoup-worker-${version}-${digest([...sources, ...system])}`,
    'mediasoup-worker',
  );
}

/**
 * Looks for mediasoup's JavaScript part: beside RoomLB first (a user's own), then in the cache.
 * Returns its entry file, or undefined.
 */
export function mediasoupEntry() {
  for (const from of [import.meta.url, join(packageCache(), 'package.json')]) {
    try {
      return createRequire(from).resolve('mediasoup');
    } catch {
      // Not there: the next place.
    }
  }
  return undefined;
}

/**
 * Looks for a worker that starts, in this order: MEDIASOUP_WORKER_BIN, the one beside an installed
 * mediasoup, the one that `npm run mediasoup:worker` compiled.
 * @returns {{ bin: string, source: string } | { bin: undefined, why: string }}
 */
export function findWorker() {
  const named = process.env.MEDIASOUP_WORKER_BIN;
  if (named) {
    const fault = tryWorker(named);
    return fault === undefined
      ? { bin: named, source: 'MEDIASOUP_WORKER_BIN' }
      : { bin: undefined, why: `MEDIASOUP_WORKER_BIN=${named}: ${fault}` };
  }
  const entry = mediasoupEntry();
  const places = [
    // node/lib/index.js → worker/out/Release/mediasoup-worker, where upstream's installation puts it.
    ...(entry
      ? [[join(dirname(entry), '../../worker/out/Release/mediasoup-worker'), 'installed with mediasoup']]
      : []),
    [workerCache(), 'compiled here'],
  ];
  let why = 'there is no mediasoup worker on this machine (npm run mediasoup:worker gets one)';
  for (const [bin, source] of places) {
    if (!existsSync(bin)) continue;
    const fault = tryWorker(bin);
    if (fault === undefined) return { bin, source };
    why = `${bin}: ${fault}`;
  }
  return { bin: undefined, why };
}

/** Path of a worker that starts on this machine, or undefined. */
export function workerBin() {
  return findWorker().bin;
}

/**
 * Starts it as nobody should: without MEDIASOUP_VERSION it says so and exits with 41 (worker/src/main.cpp),
 * which proves that it is a worker and that its libraries load. Returns what is wrong, or undefined.
 */
export function tryWorker(bin) {
  const env = { ...process.env, MEDIASOUP_VERSION: undefined };
  const { status, error, stderr } = spawnSync(bin, [], { env, encoding: 'utf8', timeout: 10_000 });
  if (status === 41) return undefined;
  return error?.message ?? `does not start: ${stderr.trim().split('\n').at(-1) || `exit code ${status}`}`;
}

function distribution() {
  try {
    const lines = readFileSync('/etc/os-release', 'utf8').split('\n');
    return lines.filter((line) => /^(ID|VERSION_ID)=/.test(line)).join(' ');
  } catch {
    return '';
  }
}

function digest(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 12);
}
