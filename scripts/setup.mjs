// What the npm scripts need before node_modules exists: plain JavaScript, nothing but Node itself.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Installs npm packages if none are there, or if package-lock.json changed since. */
export function ensureModules() {
  const stamp = join(root, 'node_modules', '.roomlb-installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  step('installing npm packages');
  run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts']);
  writeFileSync(stamp, wanted);
}

/** Compiles src to dist if any source is newer than the last build. */
export function ensureBuilt() {
  const stamp = join(root, 'dist', '.roomlb-built');
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  const newest = Math.max(newestIn(join(root, 'src')), statSync(join(root, 'package-lock.json')).mtimeMs);
  if (built > newest) return;
  step('compiling');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'src/tsconfig.json']);
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stamp, '');
}

/** The Debian packages whose engines the tests drive: a file that tells that it is there, and its service. */
const ENGINES = [
  ['haproxy', '/usr/sbin/haproxy', 'haproxy'],
  ['nginx-light', '/usr/sbin/nginx', 'nginx'],
  ['libnginx-mod-stream', '/usr/lib/nginx/modules/ngx_stream_module.so'],
  ['keepalived', '/usr/sbin/keepalived', 'keepalived'],
  ['janus', '/usr/bin/janus', 'janus'],
  ['ipvsadm', '/usr/sbin/ipvsadm'],
  ['nftables', '/usr/sbin/nft'],
  ['conntrack', '/usr/sbin/conntrack'],
  ['iproute2', '/sbin/ip'],
  ['kmod', '/usr/sbin/modprobe'],
  ['procps', '/sbin/sysctl'],
  ['openssl', '/usr/bin/openssl'],
  ['user-mode-linux', '/usr/bin/linux.uml'],
];

/**
 * Installs the engines that tests need where apt and root (or password-less sudo) are there. Where they
 * are not, the tests that need an engine skip themselves by name.
 */
export function ensureEngines() {
  const lacking = ENGINES.filter(([, file]) => !existsSync(file));
  const missing = lacking.map(([name]) => name);
  if (missing.length === 0) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const can = existsSync('/usr/bin/apt-get') && (sudo.length === 0 || quiet('sudo', ['-n', 'true']));
  if (!can) {
    step(`cannot install ${missing.join(', ')} (no root, sudo or apt): tests that need them will be skipped`);
    return;
  }
  step(`installing ${missing.join(', ')}`);
  // A freshly installed haproxy or nginx would start and take ports: a policy-rc.d that says no (101)
  // holds for the time of this installation, unless the machine has a policy of its own.
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  const [command = '', ...rest] = [...sudo, 'sh', '-c'];
  if (ours) quiet(command, [...rest, `printf '#!/bin/sh\\nexit 101\\n' > ${policy} && chmod 755 ${policy}`]);
  try {
    const apt = `export DEBIAN_FRONTEND=noninteractive; apt-get update -qq; apt-get install -y -qq --no-install-recommends ${missing.join(' ')}`;
    if (!quiet(command, [...rest, apt]))
      step('apt-get failed: tests that need these engines will be skipped');
    // Nor shall it start with the machine: the tests run their own.
    const services = lacking.flatMap(([, , service]) => service ?? []);
    if (services.length > 0 && existsSync('/usr/bin/systemctl'))
      quiet(command, [...rest, `systemctl --quiet disable ${services.join(' ')}`]);
  } finally {
    if (ours) quiet(command, [...rest, `rm -f ${policy}`]);
  }
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

function quiet(command, args) {
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

function newestIn(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((newest, entry) => Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}
