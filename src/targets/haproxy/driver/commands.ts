/** What the run-time API is told, so that the process's servers become those of a file (management guide, 9.3). */
import { compareText } from '../../../topology/compare.ts';
import type { LiveServer } from './state.ts';
import {
  isFlushed,
  keyOf,
  sameSettings,
  type FileServer,
  type FileView,
  type LiveView,
  type Settings,
} from './view.ts';

/** Work on one server. */
export interface ServerWork {
  readonly server: { readonly proxy: string; readonly name: string };
  readonly commands: readonly string[];
  /** It is put in maintenance and its connections are ended, before the commands. */
  readonly cut: boolean;
  readonly membership: boolean;
  /** The run-time API can do it, given that it can change members. */
  readonly possible: boolean;
  /** Those that bring members first, those that take them away last: no pool is ever emptier than it has to be. */
  readonly rank: number;
}

const RANK = { add: 0, enable: 1, change: 2, disable: 3, remove: 4 } as const;

/** Versions whose run-time API takes `add server` and `del server` in the pools of files (2.4 does in part). */
const FIRST_WITH_MEMBERS = [2, 5] as const;

export function commandsFor(live: LiveView, to: FileView): ServerWork[] {
  const wanted = [...to.servers.values()].flatMap((server) => {
    const has = live.own.get(server.key) ?? live.leaving.get(server.key);
    return has ? setting(server, has) : [adding(server)];
  });
  const removed = [...live.own]
    .filter(([key]) => !to.servers.has(key))
    .map(([key, server]) => removing(key, server));
  return [...wanted, ...removed].sort(
    (a, b) => a.rank - b.rank || compareText(keyOf(a.server), keyOf(b.server)),
  );
}

export function needsReload(work: readonly ServerWork[], version: string | null): boolean {
  const members = hasMembers(version);
  return work.some(({ possible, membership }) => !possible || (membership && !members));
}

/**
 * It is put in maintenance, and its policy is `flush`; or it is there already, and an apply that was killed in
 * between has left it connections.
 *
 * @param server of the file that is to be, or was
 */
export function isCut({ line }: FileServer, has: LiveServer): boolean {
  return isFlushed(line) && (has.admin !== 'maint' || has.connections > 0);
}

function hasMembers(version: string | null): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return major > FIRST_WITH_MEMBERS[0] || (major === FIRST_WITH_MEMBERS[0] && minor >= FIRST_WITH_MEMBERS[1]);
}

/** Servers added at run time begin in maintenance, and without asking after health. */
function adding({ key, proxy, name, line, settings, runTimeMember }: FileServer): ServerWork {
  const words = line.words.filter((word) => word !== 'disabled');
  return {
    server: { proxy, name },
    commands: [
      `add server ${[key, line.where, ...words].join(' ')}`,
      ...(settings.checkPort === null ? [] : [`enable health ${key}`]),
      ...(settings.admin === 'ready' ? [`set server ${key} state ready`] : []),
    ],
    cut: false,
    membership: true,
    possible: runTimeMember,
    rank: RANK.add,
  };
}

function setting(server: FileServer, has: LiveServer): ServerWork[] {
  const { key, proxy, name, settings: want } = server;
  const cut = want.admin === 'maint' && isCut(server, has);
  if (sameSettings(has, want) && !cut) return [];
  const where = want.port === 0 ? want.address : `${want.address} port ${want.port}`;
  const commands = [
    ...(has.address !== want.address || has.port !== want.port ? [`set server ${key} addr ${where}`] : []),
    ...(has.checkPort !== want.checkPort ? [`set server ${key} check-port ${want.checkPort ?? 0}`] : []),
    ...(has.weight !== want.weight ? [`set server ${key} weight ${want.weight}`] : []),
    ...(has.admin !== want.admin && !cut ? [`set server ${key} state ${want.admin}`] : []),
  ];
  const [before, after] = [isUsable(has), isUsable(want)];
  const rank = before === after ? RANK.change : after ? RANK.enable : RANK.disable;
  return [
    {
      server: { proxy, name },
      commands,
      cut,
      membership: false,
      // A check can be moved, but neither be made nor be taken away.
      possible: (has.checkPort === null) === (want.checkPort === null),
      rank,
    },
  ];
}

/** One that has connections can't be deleted: then it stays in maintenance until a later run finds it without. */
function removing(key: string, { proxy, name }: LiveServer): ServerWork {
  return {
    server: { proxy, name },
    commands: [`set server ${key} state maint`, `del server ${key}`],
    cut: false,
    membership: true,
    possible: true,
    rank: RANK.remove,
  };
}

function isUsable({ weight, admin }: Settings): boolean {
  return weight > 0 && admin === 'ready';
}
