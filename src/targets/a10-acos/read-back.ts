/** Reads `show running-config` of ACOS, as far as its Command Line Interface Reference for ADC goes. */
import { parseAddress } from '../../topology/address.ts';
import type { IpAddress } from '../../topology/model.ts';
import { readIndentedLines, type ReadLine } from '../reading/lines.ts';
import { after, idOf, portOf, unread, unreadWhole, wholeOf } from '../reading/values.ts';
import { service, type Seen, type SeenService, type Unread } from '../seen.ts';
import { roleOf } from './names.ts';
import { groupOf, groupUnread, serversOf, type Config } from './read-groups.ts';
import { monitorsOf, monitorUnread } from './read-monitors.ts';

export function readBack(text: string): Seen {
  const lines = readIndentedLines(text, '!');
  const of = (start: string) => lines.filter((line) => line.text.startsWith(`${start} `));
  const config: Config = {
    servers: serversOf(of('slb server')),
    groups: new Map(of('slb service-group').map((line) => [line.words[2] ?? '', line])),
    monitors: monitorsOf(of('health monitor')),
    // `tcp NAME`, `udp NAME`, `persist source-ip NAME`, `port NAME`
    templates: new Map(of('slb template').map((line) => [line.words.slice(2).join(' '), line])),
  };
  const vservers = of('slb virtual-server').map((line) => vserverOf(line, config));
  const bad = [
    ...lines
      .filter(({ text: said }) => OURS.test(said) && !KNOWN.test(said))
      .flatMap((line) => unreadWhole(line)),
    ...vservers.flatMap((one) => one.unread),
    ...[...config.groups.values()].flatMap(groupUnread),
    ...[...config.servers.values()].flatMap((one) => one.unread),
    ...of('health monitor').flatMap(monitorUnread),
    ...of('slb template').flatMap((line) =>
      line.body.filter(({ text: said }) => !TEMPLATE.test(said)).map((one) => unread(one)),
    ),
    ...of('vrrp-a vrid').flatMap(({ body }) => body.flatMap(vridUnread)),
  ];
  return {
    services: vservers.flatMap((one) => one.services),
    // VRRP-A names no interface, without which a topology has no VRRP.
    vrrp: [],
    unread: bad.sort((a, b) => a.line - b.line),
  };
}

/** What else a device says is not about balancing. */
const OURS = /^(slb|health) /;
const KNOWN =
  /^(slb (server|service-group|virtual-server|template (tcp|udp|port|persist source-ip)) |health monitor )/;
const TEMPLATE = /^(idle-timeout [0-9]+|timeout [0-9]+|del-session-on-server-down)$/;

function vridUnread(line: ReadLine): Unread[] {
  if (line.text !== 'blade-parameters') return unreadWhole(line);
  return line.body.filter(({ words }) => words[0] !== 'priority').map((one) => unread(one));
}

interface Read {
  readonly services: readonly SeenService[];
  readonly unread: readonly Unread[];
}

function vserverOf(line: ReadLine, config: Config): Read {
  const address = parseAddress(line.words[3] ?? '');
  if (!address) return { services: [], unread: unreadWhole(line, 'it has no address') };
  const parts = line.body.map((inner): Read => {
    if (inner.words[0] === 'port') return portIn(line, inner, address, config);
    return { services: [], unread: inner.words[0] === 'vrid' ? [] : unreadWhole(inner) };
  });
  return {
    services: parts.flatMap((part) => part.services),
    unread: parts.flatMap((part) => part.unread),
  };
}

const VPORT =
  /^(service-group \S+|source-nat auto|no-dest-nat|ipinip|template (tcp|udp|persist source-ip) \S+)$/;

function portIn(vserver: ReadLine, line: ReadLine, address: IpAddress, config: Config): Read {
  const [, digits, protocol] = line.words;
  const port = portOf(digits);
  const named = line.body.find(({ words }) => words[0] === 'service-group')?.words[1];
  const group = config.groups.get(named ?? '');
  if (port === undefined || (protocol !== 'tcp' && protocol !== 'udp') || line.words.length > 3 || !group)
    return { services: [], unread: unreadWhole(line, 'it has no port over TCP or UDP, or no service group') };
  const says = (text: string) => line.body.some((one) => one.text === text);
  const front = /^roomlb-(.+)-v[46]$/.exec(vserver.words[2] ?? '')?.[1];
  return {
    services: [
      service({
        line: line.number,
        vip: idOf(front),
        address,
        protocol,
        ports: { first: port, last: port },
        forwarding: says('no-dest-nat') ? 'dsr' : says('ipinip') ? 'tunnel' : 'nat',
        snat: line.body.some(({ text }) => text.startsWith('source-nat ')),
        persistence: minutes(timeIn(line, 'persist source-ip', 'timeout', config)),
        idleTimeout: timeIn(line, protocol, 'idle-timeout', config),
        role: roleOf(named ?? ''),
        members: groupOf(group, protocol, config),
      }),
    ],
    unread: line.body.filter(({ text }) => !VPORT.test(text)).map((one) => unread(one)),
  };
}

/** What a template that the virtual port names says. */
function timeIn(line: ReadLine, kind: string, key: string, { templates }: Config): number | null {
  const named = line.body
    .find(({ text }) => text.startsWith(`template ${kind} `))
    ?.words.slice(1)
    .join(' ');
  const template = templates.get(named ?? '');
  const value = template?.body.find(({ words }) => words[0] === key);
  return wholeOf(after(value?.words ?? [], key)) ?? null;
}

function minutes(value: number | null): number | null {
  return value === null ? null : value * 60;
}
