/**
 * Health checks of a shared pool. HAProxy has one kind of check per backend, whereas nodes with and without
 * a health port may stand behind one VIP. So a pool whose members all answer HTTP is checked by HTTP; in a
 * mixed one the members that do are checked in a backend of their own, which carries no traffic, and follow
 * the state of their twin there (`track`).
 *
 * Services of a single member are not checked: there is nobody to fail over to, a check could only refuse
 * connections that might have worked, and it would ask every node twice.
 */
import type { Member, Monitor, VirtualService } from '../../intent/model.ts';
import { compareText } from '../../topology/compare.ts';
import { section, serverAddress } from './section.ts';
import { watchName } from './names.ts';

/** Asked every 2 s; 2 good answers bring a server up, 3 bad ones take it down. */
export const CHECK_TIMING = 'inter 2s rise 2 fall 3';

export interface Checks {
  /** Lines of the pool's own section. */
  readonly poolLines: readonly string[];
  /** A section of its own, where one is needed. */
  readonly watch: readonly string[];
  /** The words of a member's server line; none for one that cannot be asked. */
  wordsFor(member: Member): string[];
}

export function checksOf(service: VirtualService): Checks {
  const paths = service.members.map((member) => httpPath(member.monitor));
  const [first] = paths;
  if (first !== undefined && paths.every((path) => path === first)) {
    return { poolLines: httpCheck(first), watch: [], wordsFor: checkWords };
  }
  const watched = [...new Set(paths.filter((path) => path !== undefined))].sort(compareText);
  return {
    poolLines: [],
    watch: watched.flatMap((path, i) => watchSection(service, path, watchNameOf(service, i))),
    wordsFor(member) {
      const path = httpPath(member.monitor);
      if (path === undefined) return checkWords(member);
      return [`track ${watchNameOf(service, watched.indexOf(path))}/${member.node}`];
    },
  };
}

/** One backend per path to ask; today there is but one path. */
function watchNameOf(service: VirtualService, index: number): string {
  return index === 0 ? watchName(service.vip) : `${watchName(service.vip)}:${index}`;
}

function watchSection(service: VirtualService, path: string, name: string): string[] {
  const members = service.members.filter((member) => httpPath(member.monitor) === path);
  return section('backend', name, [
    ...httpCheck(path),
    ...members.map((member) =>
      [`server ${member.node} ${serverAddress(member, service)}`, ...checkWords(member)].join(' '),
    ),
  ]);
}

function httpCheck(path: string): string[] {
  return ['option httpchk', `http-check send meth GET uri ${path}`, 'http-check expect status 200'];
}

function checkWords({ monitor }: Member): string[] {
  return monitor ? [`check port ${monitor.port} ${CHECK_TIMING}`] : [];
}

function httpPath(monitor: Monitor | null): string | undefined {
  return monitor?.kind === 'http' ? monitor.path : undefined;
}
