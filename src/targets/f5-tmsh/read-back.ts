/** Reads bigip.conf, or what `tmsh list ltm` prints in full, as far as the tmsh Reference goes. */
import { parseAddress } from '../../topology/address.ts';
import type { IpAddress } from '../../topology/model.ts';
import { readBracedLines, type ReadLine } from '../reading/lines.ts';
import { idOf, unreadWhole, wholeOf } from '../reading/values.ts';
import { service, type Seen, type SeenService, type Unread } from '../seen.ts';
import { membersOf, monitorsOf, poolUnread, ROLES } from './read-pools.ts';
import { bodyOf, portNumber, short, wordsOf } from './read-words.ts';
import type { Asked } from './read-pools.ts';

interface Config {
  readonly pools: ReadonlyMap<string, ReadLine>;
  readonly monitors: ReadonlyMap<string, Asked>;
  /** `idle-timeout` of fastL4 profiles, `timeout` of persistence by source: seconds. */
  readonly times: ReadonlyMap<string, number>;
}

export function readBack(text: string): Seen {
  const lines = readBracedLines(text, '#').filter(({ words }) => words[0] === 'ltm');
  const of = (component: string) => lines.filter((line) => line.text.startsWith(`${component} `));
  const config: Config = {
    pools: new Map(of('ltm pool').map((line) => [line.words[2] ?? '', line])),
    monitors: monitorsOf(of('ltm monitor')),
    times: new Map([
      ...timesOf(of('ltm profile fastl4'), 'idle-timeout'),
      ...timesOf(of('ltm persistence source-addr'), 'timeout'),
    ]),
  };
  const virtuals = of('ltm virtual').map((line) => virtualOf(line, config));
  const bad = [
    ...lines.filter((line) => !KNOWN.test(line.text)).flatMap((line) => unreadWhole(line)),
    ...virtuals.flatMap((one) => one.unread),
    ...[...config.pools.values()].flatMap(poolUnread),
    ...lines.flatMap((line) => attributesUnread(line)),
  ];
  return {
    services: virtuals.flatMap((one) => one.services),
    vrrp: [],
    unread: bad.sort((a, b) => a.line - b.line),
  };
}

const KNOWN =
  /^ltm (monitor (http|tcp|udp)|profile fastl4|persistence source-addr|node|pool|virtual-address|virtual) /;

/** Attributes that are understood, or that every BIG-IP writes and that change nothing here. */
const ATTRIBUTES: readonly (readonly [RegExp, RegExp])[] = [
  [/^ltm monitor /, /^(defaults-from|destination|interval|timeout|send|recv|up-interval|time-until-up) /],
  [/^ltm profile /, /^(defaults-from|idle-timeout|loose-close|loose-initialization) /],
  [/^ltm persistence /, /^(defaults-from|timeout) /],
  [/^ltm node /, /^address /],
  [/^ltm virtual-address /, /^(address|arp|icmp-echo|mask|traffic-group) /],
];

function attributesUnread(line: ReadLine): Unread[] {
  const [, known] = ATTRIBUTES.find(([component]) => component.test(line.text)) ?? [];
  return known ? line.body.filter(({ text }) => !known.test(text)).flatMap((one) => unreadWhole(one)) : [];
}

function timesOf(lines: readonly ReadLine[], key: string): [string, number][] {
  return lines.flatMap((line): [string, number][] => {
    const seconds = wholeOf(wordsOf(line, key)?.[1]);
    return seconds === undefined ? [] : [[line.words[3] ?? '', seconds]];
  });
}

const VIRTUAL =
  /^(destination|ip-protocol|mask|persist|pool|profiles|source|source-address-translation|translate-address|translate-port)\b/;

function virtualOf(line: ReadLine, config: Config): { services: SeenService[]; unread: Unread[] } {
  const to = destinationOf(wordsOf(line, 'destination')?.[1]);
  const protocol = wordsOf(line, 'ip-protocol')?.[1];
  const pool = config.pools.get(wordsOf(line, 'pool')?.[1] ?? '');
  if (!to || (protocol !== 'tcp' && protocol !== 'udp') || !pool)
    return { services: [], unread: unreadWhole(line, 'it has no one port over TCP or UDP, or no pool') };
  const timeOf = (key: string) =>
    bodyOf(line, key).flatMap(({ words }) => config.times.get(words[0] ?? '') ?? [])[0] ?? null;
  const [, kind = ''] = /^roomlb-([a-z]+)-/.exec(short(pool.words[2])) ?? [];
  const direct = wordsOf(line, 'translate-address')?.[1] === 'disabled';
  const ipip = bodyOf(pool, 'profiles').some(({ words }) => short(words[0]).startsWith('ipip'));
  const name = /^roomlb-(?:tcp|udp)-[0-9]+-(.+)-v[46]$/.exec(short(line.words[2]))?.[1];
  return {
    services: [
      service({
        line: line.number,
        vip: idOf(name),
        address: to.address,
        protocol,
        ports: { first: to.port, last: to.port },
        forwarding: ipip ? 'tunnel' : direct ? 'dsr' : 'nat',
        snat: bodyOf(line, 'source-address-translation').some(({ words }) => words[0] === 'type'),
        persistence: timeOf('persist'),
        idleTimeout: timeOf('profiles'),
        role: ROLES[kind] ?? null,
        members: membersOf(pool, config.monitors),
      }),
    ],
    unread: line.body.filter(({ text }) => !VIRTUAL.test(text)).flatMap((one) => unreadWhole(one)),
  };
}

/** `/Common/203.0.113.10:443`, and with a dot in front of the port `/Common/2001:db8::10.443`. */
function destinationOf(text: string | undefined): { address: IpAddress; port: number } | undefined {
  const [, where = '', digits] = /^(.+)[:.]([a-z0-9]+)$/.exec(short(text)) ?? [];
  const address = parseAddress(where);
  const port = portNumber(digits);
  return address && port !== undefined ? { address, port } : undefined;
}
