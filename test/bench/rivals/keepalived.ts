/**
 * keepalived's own checkers, as many kinds as there are real servers. They need IPVS in the kernel, so keepalived
 * runs in a guest, whose cable leads to the balancer's namespace: it asks the same nodes as everybody else.
 */
import type { Check } from '../../../src/targets/dialect/checks.ts';
import { checker } from '../../../src/targets/keepalived/checks.ts';
import { braced } from '../../../src/targets/dialect/text.ts';
import type { Lab } from '../../lab/netns.ts';
import { runInUml } from '../../lab/uml.ts';
import type { Timing } from './timing.ts';
import type { Watch } from './watch.ts';

export interface KeepalivedCheck {
  /** As the watch knows it. */
  readonly name: string;
  readonly address: string;
  /** As RoomLB writes it for keepalived. */
  readonly check: Check;
}

/** Between the balancer's namespace, which routes, and the guest. */
const LINK = { host: '100.64.79.1', guest: '100.64.79.2', interface: 'ka1' } as const;
/** Real servers are told apart in the log by their ports, where nothing is ever sent. */
const FIRST_PORT = 7001;
const CONFIG = 'keepalived.conf';

const INSIDE = `ip address add ${LINK.guest}/30 dev vec0 && ip link set vec0 up &&
ip route add default via ${LINK.host} &&
exec keepalived -n -l -D -f "$PWD/${CONFIG}" >/dev/console 2>&1`;

/** Tells the watch of every change that keepalived logs. Resolves when it checks; what is returned ends it. */
export async function watchByKeepalived(
  lab: Lab,
  checks: readonly KeepalivedCheck[],
  timing: Timing,
  watch: Watch,
): Promise<() => Promise<void>> {
  const link = (...args: string[]) => lab.check(lab.lb, 'ip', args);
  await link('link', 'add', 'ka0', 'type', 'veth', 'peer', 'name', LINK.interface);
  await link('address', 'add', `${LINK.host}/30`, 'dev', 'ka0');
  for (const name of ['ka0', LINK.interface]) await link('link', 'set', name, 'up');
  const stop = new AbortController();
  let guest: Promise<string> | undefined;
  const started = new Promise<void>((resolve) => {
    guest = runInUml({
      modules: ['ip_vs', 'ip_vs_wrr'],
      memory: 256,
      network: { namespace: lab.lb, interface: LINK.interface },
      files: new Map([[CONFIG, configOf(checks, timing)]]),
      command: ['sh', '-c', INSIDE],
      signal: stop.signal,
      onLine(line) {
        if (line.includes('Startup complete')) resolve();
        const [, verb, port] = /\b(Removing|Adding) service \[[^\]]+\]:tcp:(\d+)/.exec(line) ?? [];
        const check = checks[Number(port) - FIRST_PORT];
        if (check) watch.hear(check.name, verb === 'Adding');
      },
    }).then(({ stderr, console }) => stderr + console);
  });
  const ended = guest?.then((said) => {
    if (!stop.signal.aborted) throw new Error(`keepalived's guest ended: ${said.slice(-2000)}`);
  });
  await Promise.race([started, ended]);
  return async () => {
    stop.abort();
    await ended;
  };
}

function configOf(checks: readonly KeepalivedCheck[], { interval, timeout, fall }: Timing): string {
  const servers = checks.map(({ address, check }, i) => {
    const lines = braced([checker(check)], '    ').map((line) => `        ${line}`);
    return `    real_server ${address} ${FIRST_PORT + i} {\n        weight 1\n${lines.join('\n')}\n    }\n`;
  });
  return `virtual_server 192.0.2.1 80 {
    protocol TCP
    lb_algo wrr
    lb_kind NAT
    delay_loop ${interval / 1000}
    delay_before_retry ${interval / 1000}
    retry ${fall - 1}
    connect_timeout ${timeout / 1000}
    warmup 0
${servers.join('')}}
`;
}
