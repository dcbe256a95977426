// What tests need besides npm packages: engines from the distribution, and a mediasoup worker.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findWorker, mediasoupEntry } from './mediasoup-worker/find.mjs';
import { root, step } from './setup.mjs';

/** The Debian packages whose engines the tests drive, each with a file that tells that it is there. */
const ENGINES = [
  ['haproxy', '/usr/sbin/haproxy'],
  ['nginx-light', '/usr/sbin/nginx'],
  ['libnginx-mod-stream', '/usr/lib/nginx/modules/ngx_stream_module.so'],
  ['keepalived', '/usr/sbin/keepalived'],
  ['ipvsadm', '/usr/sbin/ipvsadm'],
  ['nftables', '/usr/sbin/nft'],
  ['conntrack', '/usr/sbin/conntrack'],
  ['iproute2', '/sbin/ip'],
  ['kmod', '/usr/sbin/modprobe'],
  ['procps', '/sbin/sysctl'],
  ['openssl', '/usr/bin/openssl'],
  ['socat', '/usr/bin/socat'],
  ['user-mode-linux', '/usr/bin/linux.uml'],
  ['janus', '/usr/bin/janus'],
  ['bird2', '/usr/sbin/bird'],
  ['frr', '/usr/bin/vtysh'],
  ['exabgp', '/usr/sbin/exabgp'],
  ['gobgpd', '/usr/bin/gobgpd'],
  ['redis-server', '/usr/bin/redis-server'],
  ['rabbitmq-server', '/usr/lib/rabbitmq/bin/rabbitmq-server'],
  ['prometheus', '/usr/bin/promtool'],
];

/**
 * Installs the engines that tests need where apt and root (or password-less sudo) are there. Where they
 * are not, the tests that need an engine skip themselves by name.
 */
export function ensureEngines() {
  const missing = ENGINES.filter(([, file]) => !existsSync(file)).map(([name]) => name);
  if (missing.length === 0) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const can = existsSync('/usr/bin/apt-get') && (sudo.length === 0 || quiet('sudo', ['-n', 'true']));
  if (!can) {
    step(`cannot install ${missing.join(', ')} (no root, sudo or apt): tests that need them will be skipped`);
    return;
  }
  step(`installing ${missing.join(', ')}`);
  const [command = '', ...rest] = [...sudo, 'sh', '-c'];
  const asRoot = (script) => quiet(command, [...rest, script]);
  // A freshly installed haproxy or nginx would start and take ports: a policy-rc.d that says no (101)
  // holds for the time of this installation, unless the machine has a policy of its own.
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  if (ours) asRoot(`printf '#!/bin/sh\\nexit 101\\n' > ${policy} && chmod 755 ${policy}`);
  try {
    asRoot('apt-get update -qq');
    // One by one if need be: a package that this distribution lacks must not keep out the others.
    const failed = asRoot(install(missing)) ? [] : missing.filter((name) => !asRoot(install([name])));
    if (failed.length > 0) {
      step(`apt-get could not install ${failed.join(', ')}: tests that need them will be skipped`);
    }
  } finally {
    if (ours) asRoot(`rm -f ${policy}`);
  }
}

function install(names) {
  const options = '-y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends';
  return `export DEBIAN_FRONTEND=noninteractive; apt-get install ${options} ${names.join(' ')}`;
}

/** Sees to a mediasoup worker: minutes the first time on a machine, nothing later. Never fails. */
export function ensureWorker() {
  if (findWorker().bin && mediasoupEntry()) return;
  const script = join(root, 'scripts', 'mediasoup-worker.mjs');
  const { status } = spawnSync(process.execPath, [script], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) step('tests with real media workers will be skipped, by name');
}

function quiet(command, args) {
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}
