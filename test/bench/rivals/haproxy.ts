/** HAProxy's own checks of one node, as many kinds as there are servers. */
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Lab } from '../../lab/netns.ts';
import type { Timing } from './timing.ts';
import type { Watch } from './watch.ts';

export interface HaproxyCheck {
  /** As the watch knows it. */
  readonly name: string;
  readonly kind: 'http' | 'tcp';
  readonly address: string;
  readonly port: number;
}

/** Tells the watch of every change that HAProxy logs. Ends with the lab. */
export async function watchByHaproxy(
  lab: Lab,
  file: string,
  checks: readonly HaproxyCheck[],
  timing: Timing,
  watch: Watch,
): Promise<void> {
  await writeFile(file, configOf(checks, timing));
  await lab.check(lab.lb, 'haproxy', ['-c', '-f', file]);
  const child = lab.spawn(lab.lb, 'haproxy', ['-db', '-f', file]);
  child.stderr.resume();
  createInterface(child.stdout).on('line', (line) => {
    const [, index, state] = /Server checks-(\d+)\/node is (UP|DOWN)/.exec(line) ?? [];
    const check = checks[Number(index)];
    if (check) watch.hear(check.name, state === 'UP');
  });
}

function configOf(checks: readonly HaproxyCheck[], { interval, timeout, rise, fall }: Timing): string {
  return `global
    log stdout format raw daemon
defaults
    log global
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    timeout check ${timeout}ms
listen nobody # it does not run without
    bind 127.0.0.1:7000
${checks
  .map(
    ({ kind, address, port }, i) => `backend checks-${i}
${kind === 'http' ? '    option httpchk GET /health\n    http-check expect status 200\n' : ''}\
    server node ${address}:${port} check inter ${interval}ms rise ${rise} fall ${fall}
`,
  )
  .join('')}`;
}
