/**
 * What a reload forgets, said to the new process. The file tells it all that RoomLB wants; what it can't tell is
 * what checks have found out, and what others have set by hand. HAProxy could keep that in a state file
 * (`load-server-state-from-file`), but there a state outranks the file: see global.ts. Sections that are not
 * RoomLB's may load it all the same (`stateFile` of the balancer); what they know by then is not said again.
 */
import { formatHost, parseAddress } from '../../../topology/address.ts';
import { CHECK_TIMING } from '../checks.ts';
import { isOwnName, isPoolName, isSpareName } from '../names.ts';
import type { ServerState } from './answers.ts';
import { keyOf } from './view.ts';

/**
 * @param before servers of all proxies, of the old process
 * @param after the same of the new one
 * @param inFile keys of servers that the new file names
 */
export function restoreCommands(
  before: readonly ServerState[],
  after: readonly ServerState[],
  inFile: ReadonlySet<string>,
): string[] {
  const now = new Map(after.map((server) => [keyOf(server), server]));
  const proxies = new Set(after.map(({ proxy }) => proxy));
  return before.flatMap((old) => {
    const server = now.get(keyOf(old));
    if (!server) return isPoolName(old.proxy) && proxies.has(old.proxy) ? addAgain(old) : [];
    if (inFile.has(keyOf(old)) && isOwnName(old.proxy)) return health(old, server);
    return isSpareName(old.name) ? [...moved(old, server), ...byHand(old, server)] : byHand(old, server);
  });
}

/** Down until its check has seen it up as often as it takes: a dead server must not be tried on each reload. */
function health(old: ServerState, now: ServerState): string[] {
  const same = old.address === now.address && old.port === now.port;
  const known = old.checkPort !== null && now.checkPort !== null && now.admin === 'ready';
  return same && known && !old.up && old.admin === 'ready' && now.up
    ? [`set server ${keyOf(now)} health down`]
    : [];
}

/** As HAProxy does with a state file: what was set at run time holds while the file says what it said. */
function byHand(old: ServerState, now: ServerState): string[] {
  const key = keyOf(now);
  const weight = old.initialWeight === now.initialWeight && old.weight !== now.weight;
  return [
    ...(weight ? [`set server ${key} weight ${old.weight}`] : []),
    ...(old.admin !== now.admin ? [`set server ${key} state ${old.admin}`] : []),
    ...health(old, now),
  ];
}

function moved(old: ServerState, now: ServerState): string[] {
  if (old.address === now.address && old.port === now.port) return [];
  return [`set server ${keyOf(now)} addr ${old.address} port ${old.port}`];
}

/** A server that somebody added by hand to one of RoomLB's pools. */
function addAgain(old: ServerState): string[] {
  const address = parseAddress(old.address);
  // One of RoomLB's own in maintenance was only there for connections, which stay with the old process.
  if (!address || old.admin === 'maint') return [];
  const key = keyOf(old);
  const check = old.checkPort === null ? '' : ` check port ${old.checkPort} ${CHECK_TIMING}`;
  return [
    `add server ${key} ${formatHost(address)}:${old.port} weight ${old.weight}${check}`,
    ...(old.checkPort === null ? [] : [`enable health ${key}`]),
    `set server ${key} state ${old.admin}`,
  ];
}
