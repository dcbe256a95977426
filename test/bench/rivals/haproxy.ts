/** HAProxy's own checks: of one node, as many kinds as there are servers; or of a pool that takes connections. */
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

export interface HaproxyPool {
  /** Address and port. */
  readonly bind: string;
  readonly servers: readonly { readonly name: string; readonly address: string; readonly port: number }[];
  readonly healthPort: number;
}

/** Tells the watch of every change that HAProxy logs. Ends with the lab. */
export async function watchByHaproxy(
  lab: Lab,
  file: string,
  checks: readonly HaproxyCheck[],
  timing: Timing,
  watch: Watch,
): Promise<void> {
  const nobody = 'listen nobody # it does not run without\n    bind 127.0.0.1:7000\n';
  const backends = checks.map(
    ({ kind, address, port }, i) => `backend checks-${i}
${kind === 'http' ? HTTP_CHECK : ''}    server node ${address}:${port} ${wordsOf(timing)}
`,
  );
  const text = configOf(timing, [nobody, ...backends]);
  await run(lab, file, text, (backend, _server, up) => {
    const check = checks[Number(/^checks-(\d+)$/.exec(backend)?.[1])];
    if (check) watch.hear(check.name, up);
  });
}

/** As RoomLB writes such a pool, but that it is checked as often as everybody else checks. Ends with the lab. */
export async function balanceByHaproxy(
  lab: Lab,
  file: string,
  { bind, servers, healthPort }: HaproxyPool,
  timing: Timing,
  onState: (server: string, up: boolean) => void,
): Promise<void> {
  const lines = servers.map(
    ({ name, address, port }) =>
      `    server ${name} ${address}:${port} port ${healthPort} ${wordsOf(timing)}\n`,
  );
  const front = `listen pool\n    bind ${bind}\n    mode http\n    balance roundrobin\n    option redispatch\n`;
  const text = configOf(timing, [`${front}${HTTP_CHECK}${lines.join('')}`]);
  await run(lab, file, text, (_backend, server, up) => onState(server, up));
}

const HTTP_CHECK = '    option httpchk GET /health\n    http-check expect status 200\n';

function wordsOf({ interval, rise, fall }: Timing): string {
  return `check inter ${interval}ms rise ${rise} fall ${fall}`;
}

async function run(
  lab: Lab,
  file: string,
  text: string,
  onState: (backend: string, server: string, up: boolean) => void,
): Promise<void> {
  await writeFile(file, text);
  await lab.check(lab.lb, 'haproxy', ['-c', '-f', file]);
  const child = lab.spawn(lab.lb, 'haproxy', ['-db', '-f', file]);
  child.stderr.resume();
  createInterface(child.stdout).on('line', (line) => {
    const [, backend, server, state] = /Server ([^/ ]+)\/(\S+) is (UP|DOWN)/.exec(line) ?? [];
    if (backend !== undefined && server !== undefined) onState(backend, server, state === 'UP');
  });
}

function configOf({ timeout }: Timing, sections: readonly string[]): string {
  return `global
    log stdout format raw daemon
defaults
    log global
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    timeout check ${timeout}ms
${sections.join('')}`;
}
