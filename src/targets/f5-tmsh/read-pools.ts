/** Reads "ltm pool" with its members, and "ltm monitor", what is asked of them. */
import type { Monitor, ServiceRole } from '../../intent/model.ts';
import { parseAddress } from '../../topology/address.ts';
import { hexBytes, STUN_REQUEST } from '../dialect/stun.ts';
import type { ReadLine } from '../reading/lines.ts';
import { idOf, portOf, unread, unreadWhole, wholeOf } from '../reading/values.ts';
import { member, type SeenMember, type Unread } from '../seen.ts';
import { bodyOf, portNumber, short, wordsOf } from './read-words.ts';

/** Of pools that RoomLB named; see names.ts. */
export const ROLES: Readonly<Record<string, ServiceRole>> = {
  signalling: 'signalling',
  own: 'node-signalling',
  media: 'media',
};

export interface Asked {
  readonly monitor: Monitor | null;
  readonly stunPort: number | null;
}

/** By full name. Of UDP monitors only those that send STUN are known. */
export function monitorsOf(lines: readonly ReadLine[]): ReadonlyMap<string, Asked> {
  return new Map(lines.map((line) => [line.words[3] ?? '', asked(line)]));
}

function asked(line: ReadLine): Asked {
  const port = portOf(/:([0-9]+)$/.exec(wordsOf(line, 'destination')?.[1] ?? '')?.[1]);
  const send = line.body.find(({ words }) => words[0] === 'send')?.text ?? '';
  if (port === undefined) return { monitor: null, stunPort: null };
  const [, , type = ''] = line.words;
  switch (type) {
    case 'http':
      return { monitor: { kind: 'http', port, path: /"GET (\S+)/.exec(send)?.[1] ?? '/' }, stunPort: null };
    case 'tcp':
      return { monitor: { kind: 'tcp', port }, stunPort: null };
    default:
      return { monitor: null, stunPort: send.includes(hexBytes(STUN_REQUEST, '', '\\x')) ? port : null };
  }
}

export function membersOf(pool: ReadLine, monitors: ReadonlyMap<string, Asked>): SeenMember[] {
  const asks = (line: ReadLine) =>
    (wordsOf(line, 'monitor') ?? []).flatMap((name) => monitors.get(name) ?? []);
  const weighted = wordsOf(pool, 'load-balancing-mode')?.[1]?.startsWith('ratio') === true;
  // A pool of one node is named after it; a BIG-IP's node may be named after another of the same address.
  const own = /^roomlb-(?:own|media)-(.+)-v[46]$/.exec(short(pool.words[2]))?.[1];
  return bodyOf(pool, 'members').flatMap((line) => {
    const address = parseAddress(wordsOf(line, 'address')?.[1] ?? '');
    if (!address) return [];
    const [, name, port] = /^(.+)[:.]([a-z0-9]+)$/.exec(short(line.words[0])) ?? [];
    const usable = !isClosed(line);
    const ratio = weighted ? wholeOf(wordsOf(line, 'ratio')?.[1]) : undefined;
    const checks = [...asks(pool), ...asks(line)];
    return [
      member({
        line: line.number,
        node: idOf(own ?? /^roomlb-(.+)-v[46]$/.exec(name ?? '')?.[1]),
        address,
        port: portNumber(port) ?? null,
        weight: ratio ?? (usable ? 1 : null),
        usable,
        monitor: checks.find(({ monitor }) => monitor !== null)?.monitor ?? null,
        stunPort: checks.find(({ stunPort }) => stunPort !== null)?.stunPort ?? null,
      }),
    ];
  });
}

function isClosed({ body }: ReadLine): boolean {
  return body.some(({ text }) => text === 'session user-disabled' || text === 'state user-down');
}

const POOL = /^(load-balancing-mode (ratio-member|round-robin)|members|monitor \S+( and \S+)*|profiles)$/;
const MEMBER = /^(address|monitor|ratio|session|state) /;

export function poolUnread(pool: ReadLine): Unread[] {
  return [
    ...pool.body.filter(({ text }) => !POOL.test(text)).flatMap((line) => unreadWhole(line)),
    ...bodyOf(pool, 'members').flatMap((line) => {
      if (!parseAddress(wordsOf(line, 'address')?.[1] ?? '')) return unreadWhole(line, 'it has no address');
      return line.body.filter(({ text }) => !MEMBER.test(text)).map((one) => unread(one));
    }),
  ];
}
