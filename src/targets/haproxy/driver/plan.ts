/**
 * From state to state. Where the run-time API can do all of it, the process is told first and the file follows:
 * `haproxy -c` takes longer the more nodes there are, and clients are not to wait for it. Interrupted in
 * between, or started anew by then, the process and the file differ, which the next plan sees: it compares both
 * with what is wanted. What takes a reload is written first, and comes by one reload, whatever the number of
 * changes. The file that is in place was accepted by `haproxy -c` at any time.
 */
import type { Change, Plan, PoolMember, Step } from '../../driver.ts';
import { differences, poolDifferences, type Pool } from '../../driving/changes.ts';
import { isPoolName } from '../names.ts';
import { commandsFor, isCut, needsReload, type ServerWork } from './commands.ts';
import type { HaproxyState, LiveServer } from './state.ts';
import { keyOf, textsOf, viewFile, viewLive, type FileServer, type FileView, type LiveView } from './view.ts';

export type HaproxyAction =
  | { readonly do: 'write'; readonly text: string | null }
  /** On the stats socket, in order. */
  | { readonly do: 'commands'; readonly commands: readonly string[] }
  /** Put a server in maintenance, and end its connections in every process that still has some. */
  | { readonly do: 'cut'; readonly proxy: string; readonly name: string }
  /** Until a process runs this structure; null where none can be told. */
  | { readonly do: 'reload'; readonly structure: string | null };

export interface Places {
  readonly configFile: string;
  readonly statsSocket: string;
  readonly masterSocket: string | null;
}

export function planChanges(
  actual: HaproxyState,
  desired: HaproxyState,
  places: Places,
): Plan<HaproxyAction> {
  const [from, to] = [viewFile(actual.file), viewFile(desired.file)];
  const live = actual.running && viewLive(actual.running, from, to.servers);
  const changes = differences(textsOf(actual, from, live), textsOf({ ...desired, running: null }, to, null));
  const work = live ? commandsFor(live, to) : [];
  const rewrite = actual.file !== desired.file;
  const reload =
    live !== null &&
    desired.file !== null &&
    (to.structure === null ? rewrite : reloads(actual, from, to, work));
  const cuts = live ? cutServers(from, to, live) : [];
  const before = poolsBefore(actual, from, live);
  const write = rewrite ? [writeStep(desired.file, places)] : [];
  const steps = reload ? [...write, ...reloadSteps(cuts, to, places)] : [...workSteps(work, live), ...write];
  return {
    changes: changes.map((change) => ({
      ...change,
      node: nodeOf(change.key),
      disrupts: cutIn(change, cuts),
    })),
    steps,
    pools: poolDifferences(before, poolsOf(to)),
    singlePools: [...before.values()].filter(({ shared }) => !shared).length,
    foreign: foreignFile(actual, from, to, places),
    ...(live ? {} : { stopped: true as const }),
    notes: notesOn(actual, live, reload, places),
  };
}

function reloads(actual: HaproxyState, from: FileView, to: FileView, work: readonly ServerWork[]): boolean {
  const running = actual.running?.structure ?? null;
  // A file whose structure somebody changed may have been loaded since, and would still describe itself as it did.
  const tampered = from.owner !== null && from.structure !== to.structure;
  return running !== to.structure || tampered || needsReload(work, actual.running?.version ?? null);
}

function writeStep(text: string | null, { configFile }: Places): Step<HaproxyAction> {
  const how =
    text === null
      ? `remove ${configFile}`
      : `check the new ${configFile} with haproxy -c, and put it in place`;
  return { text: how, action: { do: 'write', text } };
}

function workSteps(work: readonly ServerWork[], live: LiveView | null): Step<HaproxyAction>[] {
  const steps = work.flatMap(({ server, commands, cut }): Step<HaproxyAction>[] => [
    ...(cut ? [cutStep(server)] : []),
    ...(commands.length === 0 ? [] : [commandsStep(commands)]),
  ]);
  // What had to stay for its connections is tidied up with the next change, and needs none of its own.
  const gone = [...(live?.leaving.values() ?? [])].filter(
    (server) => server.connections === 0 && !work.some((other) => keyOf(other.server) === keyOf(server)),
  );
  if (steps.length === 0) return [];
  return [...steps, ...gone.map((server) => commandsStep([`del server ${keyOf(server)}`]))];
}

function commandsStep(commands: readonly string[]): Step<HaproxyAction> {
  return { text: commands.join('; '), action: { do: 'commands', commands } };
}

function cutStep({ proxy, name }: { proxy: string; name: string }): Step<HaproxyAction> {
  const key = keyOf({ proxy, name });
  const text = `set server ${key} state maint; shutdown sessions server ${key}`;
  return { text, action: { do: 'cut', proxy, name } };
}

/** The old process keeps connections until they end, so those that shall be cut are cut before. */
function reloadSteps(cuts: readonly LiveServer[], to: FileView, places: Places): Step<HaproxyAction>[] {
  return [
    ...cuts.map(cutStep),
    {
      text: `reload through ${places.masterSocket ?? 'the master socket'}`,
      action: { do: 'reload', structure: to.structure },
    },
  ];
}

/** Servers whose policy is to cut connections, and that are taken out of use. */
function cutServers(from: FileView, to: FileView, live: LiveView): LiveServer[] {
  return [...live.own.values()].filter((server) => {
    const key = keyOf(server);
    const [old, next] = [from.servers.get(key), to.servers.get(key)];
    return next ? next.settings.admin === 'maint' && isCut(next, server) : old && isCut(old, server);
  });
}

/** `sig:public/sfu-1`, `media:public:sfu-1` and `node:public:sfu-1/sfu-1` are all about sfu-1. */
function nodeOf(key: string): string | null {
  const [section = '', server] = key.split('/', 2);
  if (server !== undefined) return server.includes(':') ? null : server;
  return /^(?:media|node):[^:]+:([^:]+)$/.exec(section)?.[1] ?? null;
}

function cutIn({ key }: { readonly key: string }, cuts: readonly LiveServer[]): Change['disrupts'] {
  const server = cuts.find((cut) => keyOf(cut) === key);
  return server ? { what: `connections to ${server.name} are cut`, connections: server.connections } : null;
}

function poolsOf({ servers }: FileView): Map<string, Pool> {
  return collect([...servers.values()].map((server) => ({ ...server, ...server.settings })));
}

function poolsBefore(actual: HaproxyState, from: FileView, live: LiveView | null): Map<string, Pool> {
  return live && actual.running?.structure != null ? collect([...live.own.values()]) : poolsOf(from);
}

/** By the service's id in the intent. */
function collect(
  servers: readonly (Pick<FileServer, 'proxy' | 'name'> & Pick<LiveServer, 'weight' | 'admin'>)[],
): Map<string, Pool> {
  const pools = new Map<string, { shared: boolean; members: PoolMember[] }>();
  for (const { proxy, name, weight, admin } of servers) {
    const id = serviceOf(proxy);
    if (id === null) continue;
    const pool = pools.get(id) ?? { shared: isPoolName(proxy), members: [] };
    pool.members.push({ node: name, usable: weight > 0 && admin === 'ready' });
    pools.set(id, pool);
  }
  return pools;
}

/** The intent's id of what a section carries; null for one that carries nothing. */
function serviceOf(proxy: string): string | null {
  const [kind, vip, node] = proxy.split(':');
  if (vip === undefined) return null;
  if (kind === 'sig') return `${vip}/signalling`;
  if (node === undefined) return null;
  if (kind === 'node') return `${vip}/signalling/${node}`;
  return kind === 'media' ? `${vip}/media/${node}/tcp` : null;
}

function foreignFile({ file }: HaproxyState, from: FileView, to: FileView, { configFile }: Places): string[] {
  if (file === null || file.trim() === '') return [];
  if (from.owner === null) return [`${configFile} was not written by RoomLB`];
  if (to.owner === null || from.owner.cluster === to.owner.cluster) return [];
  return [`${configFile} is of cluster ${from.owner.cluster}, not of ${to.owner.cluster}`];
}

function notesOn(
  { running }: HaproxyState,
  live: LiveView | null,
  reload: boolean,
  places: Places,
): string[] {
  if (!running || !live) {
    return [
      `HAProxy does not run (nobody answers on ${places.statsSocket}): the file takes effect when it starts`,
    ];
  }
  return [
    ...live.foreign.map(
      (server) =>
        `${keyOf(server)} was added by somebody else, and is left alone${reload ? ' (added again after the reload)' : ''}`,
    ),
    ...[...live.leaving.values()]
      .filter(({ connections }) => connections > 0)
      .map(
        (server) =>
          `${keyOf(server)} takes nothing new, and keeps ${server.connections} connections until they end`,
      ),
    ...(reload
      ? [`it takes a reload: connections that are open stay with the old process until they end`]
      : []),
    ...(reload && places.masterSocket === null
      ? [
          'the balancer names no masterSocket, so it cannot be reloaded: start HAProxy with -S, and name that socket',
        ]
      : []),
  ];
}
