/** What HAProxy answers, read: `show info`, `show servers state`, `show stat`, `show sess`, `show proc`. */
import { parseAddress } from '../../../topology/address.ts';
import { isOwnName } from '../names.ts';
import { describedStructure } from '../structure.ts';
import type { LiveServer } from './state.ts';

export interface ProcessInfo {
  readonly pid: number;
  readonly version: string;
  readonly structure: string | null;
}

/** Of `show info`: lines of `Key: value`. The keys' case changed between versions. */
export function processInfo(answer: string): ProcessInfo {
  const values = new Map(
    answer.split('\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return {
    pid: Number(values.get('pid')),
    version: values.get('version')?.split('-')[0] ?? '',
    structure: describedStructure(values.get('description') ?? ''),
  };
}

/** A server as `show servers state` tells it; what RoomLB has no use for is left out. */
export interface ServerState extends LiveServer {
  /** Whether its health check thinks that it can be used. */
  readonly up: boolean;
  /** The weight in the file that was loaded. */
  readonly initialWeight: number;
}

/** Bits of `srv_admin_state` (management guide, `show servers state`): forced maintenance and drain. */
const FORCED_MAINT = 0x01;
const FORCED_DRAIN = 0x08;
/** Of `srv_check_state`: the server has a check. */
const CHECK_CONFIGURED = 0x02;

/**
 * Servers of all proxies.
 *
 * @param state of `show servers state`
 * @param connections by proxy and server, of `show stat`
 */
export function serverStates(state: string, connections: ReadonlyMap<string, number>): ServerState[] {
  const lines = state.split('\n');
  const heading = lines.find((line) => line.startsWith('# be_id'));
  if (heading === undefined) return [];
  const columns = new Map(
    heading
      .slice(2)
      .split(' ')
      .map((name, i) => [name, i]),
  );
  return lines
    .filter((line) => /^\d+ /.test(line))
    .map((line) => {
      const cells = line.split(' ');
      const cell = (name: string) => cells[columns.get(name) ?? -1] ?? '';
      const admin = Number(cell('srv_admin_state'));
      const [proxy, name, address] = [cell('be_name'), cell('srv_name'), cell('srv_addr')];
      return {
        proxy,
        name,
        id: Number(cell('srv_id')),
        address: parseAddress(address)?.text ?? address,
        port: Number(cell('srv_port')),
        weight: Number(cell('srv_uweight')),
        initialWeight: Number(cell('srv_iweight')),
        admin: admin & FORCED_MAINT ? 'maint' : admin & FORCED_DRAIN ? 'drain' : 'ready',
        checkPort: Number(cell('srv_check_state')) & CHECK_CONFIGURED ? Number(cell('srv_check_port')) : null,
        up: cell('srv_op_state') !== '0',
        connections: connections.get(`${proxy}/${name}`) ?? 0,
      };
    });
}

/** `show servers state` without RoomLB's own servers, of which its file has the last word. */
export function foreignState(state: string): string {
  const isOwn = (line: string) => /^\d+ /.test(line) && isOwnName(line.split(' ')[1] ?? '');
  return state
    .split('\n')
    .filter((line) => !isOwn(line))
    .join('\n');
}

/** Of `show stat` in CSV: by proxy and server, what is there now and would keep it from being deleted. */
export function connectionCounts(answer: string): Map<string, number> {
  const [heading = '', ...lines] = answer.split('\n');
  const columns = heading.replace(/^# /, '').split(',');
  const wanted = ['scur', 'qcur', 'idle_conn_cur'].map((name) => columns.indexOf(name)).filter((i) => i >= 0);
  return new Map(
    lines.map((line) => {
      const cells = line.split(',');
      return [
        `${cells[0] ?? ''}/${cells[1] ?? ''}`,
        wanted.reduce((sum, i) => sum + Number(cells[i] ?? 0), 0),
      ];
    }),
  );
}

/** What a `LiveServer` is, and no more: states are kept and compared. */
export function ownServers(states: readonly ServerState[]): LiveServer[] {
  return states
    .filter(({ proxy }) => isOwnName(proxy))
    .map(({ proxy, name, id, address, port, weight, admin, checkPort, connections }) => ({
      proxy,
      name,
      id,
      address,
      port,
      weight,
      admin,
      checkPort,
      connections,
    }));
}

/** Of `show sess`: ids of the sessions of one server. */
export function sessionsOf(answer: string, proxy: string, name: string): string[] {
  return answer
    .split('\n')
    .filter((line) => line.includes(` be=${proxy} `) && line.includes(` srv=${name} `))
    .map((line) => line.slice(0, line.indexOf(':')));
}

export interface Processes {
  readonly worker: number | undefined;
  /** Still there for the connections that they have. */
  readonly oldWorkers: readonly number[];
  /** Reloads in a row that came to nothing. */
  readonly failedReloads: number;
}

/** Of the master's `show proc`. */
export function processes(answer: string): Processes {
  const found = { workers: [] as number[], 'old workers': [] as number[] };
  let failedReloads = 0;
  let part = '';
  for (const line of answer.split('\n')) {
    if (line.startsWith('# ')) part = line.slice(2).trim();
    failedReloads = Number(/\[failed: (\d+)\]/.exec(line)?.[1] ?? failedReloads);
    const pid = Number(/^(\d+)\s+worker\s/.exec(line)?.[1] ?? NaN);
    if (!Number.isNaN(pid) && (part === 'workers' || part === 'old workers')) found[part].push(pid);
  }
  return { worker: found.workers[0], oldWorkers: found['old workers'], failedReloads };
}
