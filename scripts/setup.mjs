// What the npm scripts need before node_modules exists: plain JavaScript, nothing but Node itself.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'dist', '.roomlb-built');

/** Installs npm packages unless those that package-lock.json names are there already. */
export function ensureModules() {
  if (installed(readLock('package-lock.json'), readLock('node_modules/.package-lock.json'))) return;
  step('installing npm packages');
  run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts']);
}

/**
 * Whether every package of a lock file is in what npm wrote down of an installation. Optional ones may be
 * missing: they are for other platforms.
 */
export function installed(lock, found) {
  return Object.entries(lock).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    const there = found[path];
    return there ? there.version === version && there.integrity === integrity : optional === true;
  });
}

/** The packages of a lock file, by path; none where there is no such file. */
function readLock(file) {
  const path = join(root, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {};
}

/** Compiles src to dist, and the Terraform provider to one file there, if any source is newer than the last build. */
export function ensureBuilt() {
  if (isBuilt()) return;
  step('compiling');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'src/tsconfig.json']);
  run(process.execPath, [join(root, 'scripts', 'terraform-provider.mjs'), 'build']);
  // As `npm install` makes it; after `npm ci` nobody has, and `npx roomlb` would not be allowed to run it.
  chmodSync(join(root, 'dist', 'cli', 'main.js'), 0o755);
  writeFileSync(stamp, '');
}

/** Whether dist is of the sources as they are. */
export function isBuilt() {
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  return built > Math.max(newestIn(join(root, 'src')), statSync(join(root, 'package-lock.json')).mtimeMs);
}

export function step(text) {
  process.stderr.write(`roomlb: ${text}\n`);
}

/** Runs to the end with the caller's terminal; ends this process with the same code if it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) step(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** Of files and folders: a folder is as new as the last file that came or went. */
function newestIn(folder) {
  return readdirSync(folder, { recursive: true }).reduce(
    (newest, path) => Math.max(newest, statSync(join(folder, path)).mtimeMs),
    statSync(folder).mtimeMs,
  );
}
