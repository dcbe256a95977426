/**
 * Reads a keepalived.conf: `virtual_server` by address or by group, and the `vrrp_instance` that holds the
 * address (keepalived.conf(5)). Virtual services by firewall mark have no address, and are named.
 */
import type { ForwardingMode, IpAddress } from '../../topology/model.ts';
import { parseAddress } from '../../topology/address.ts';
import { readBracedLines, type ReadLine } from '../reading/lines.ts';
import { idOf, portOf, unread, unreadWhole, wholeOf } from '../reading/values.ts';
import { service, type Seen, type SeenService, type SeenVrrp, type Unread } from '../seen.ts';
import { namedBy, remarksOf } from './read-names.ts';
import { realServer, wordOf } from './read-real.ts';

const FORWARDING: Readonly<Record<string, ForwardingMode>> = { NAT: 'nat', DR: 'dsr', TUN: 'tunnel' };

/** Of the daemon itself, or of its own supervision of interfaces and scripts. */
const PASSED_OVER =
  /^(global_defs|vrrp_sync_group|vrrp_script|vrrp_track_|track_file|static_|net_namespace|include)\b/;
/** What of a virtual server a topology says otherwise, or leaves to the target. */
const TIMING =
  /^(protocol|lb_algo (wrr|rr)|lvs_sched (wrr|rr)|lb_kind|lvs_method|delay_loop|retry|delay_before_retry|connect_timeout|persistence_timeout|real_server|alpha|omega|quorum|hysteresis)\b/;

/** keepalived.conf(5): priority and advert_int of an instance that names none. */
const PRIORITY = 100;
const ADVERT_INTERVAL = 1;

export function readBack(text: string): Seen {
  const lines = readBracedLines(withoutComments(text), '!');
  const bad: Unread[] = [];
  const groups = new Map(of(lines, 'virtual_server_group').map((line) => [line.words[1] ?? '', line]));
  const idle = idleTimeouts(lines);
  const remarks = remarksOf(text);
  const services = of(lines, 'virtual_server').flatMap((line) => {
    const read = servicesOf(line, { groups, remarks }, bad);
    return read.map((one) => ({ ...one, idleTimeout: idle[one.protocol] ?? null }));
  });
  for (const line of lines) {
    const known = /^(virtual_server|virtual_server_group|vrrp_instance) /.test(line.text);
    if (!known && !PASSED_OVER.test(line.text)) bad.push(...unreadWhole(line));
  }
  const vrrp = of(lines, 'vrrp_instance').flatMap((line) => instanceOf(line, bad));
  return { services, vrrp, unread: bad.sort((a, b) => a.line - b.line) };
}

/** Comments begin with `#` or `!`, anywhere in a line; lines stay where they are. */
function withoutComments(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/(^|\s)[#!].*$/, ''))
    .join('\n');
}

function of(lines: readonly ReadLine[], keyword: string): ReadLine[] {
  return lines.filter(({ words }) => words[0] === keyword);
}

/** `lvs_timeouts tcp 3600 udp 120` of global_defs. */
function idleTimeouts(lines: readonly ReadLine[]): { tcp?: number; udp?: number } {
  const words = of(lines, 'global_defs').flatMap(({ body }) => of(body, 'lvs_timeouts'))[0]?.words ?? [];
  const [tcp, udp] = (['tcp', 'udp'] as const).map((key) => wholeOf(words[words.indexOf(key) + 1]));
  return { ...(tcp !== undefined && { tcp }), ...(udp !== undefined && { udp }) };
}

/** What the rest of the file tells of a virtual server. */
interface Told {
  readonly groups: ReadonlyMap<string, ReadLine>;
  readonly remarks: ReadonlyMap<number, string>;
}

function servicesOf(line: ReadLine, { groups, remarks }: Told, bad: Unread[]): SeenService[] {
  const [, first = '', second = ''] = line.words;
  const group = first === 'group' ? groups.get(second) : undefined;
  const fronts = group ? group.body.map((one) => one.words) : [[first, second]];
  const places = fronts.flatMap(([where = '', port]) => {
    const [address, number] = [parseAddress(where), portOf(port)];
    return address && number !== undefined ? [{ address, port: number }] : [];
  });
  if (places.length === 0 || places.length < fronts.length) {
    bad.push(...unreadWhole(line, 'it names no address with its port'));
    return [];
  }
  bad.push(...line.body.filter(({ text }) => !TIMING.test(text)).flatMap((one) => unreadWhole(one)));
  const protocol = wordOf(line, 'protocol') === 'UDP' ? 'udp' : 'tcp';
  const kind = wordOf(line, 'lb_kind') ?? wordOf(line, 'lvs_method') ?? 'NAT';
  const named = namedBy(group ? second : (remarks.get(line.number) ?? ''));
  const members = of(line.body, 'real_server').flatMap((real) =>
    realServer(real, named.node ?? idOf(remarks.get(real.number)), bad),
  );
  return places.map(({ address, port }) =>
    service({
      line: line.number,
      vip: idOf(named.vip),
      role: named.role,
      address,
      protocol,
      ports: { first: port, last: port },
      forwarding: FORWARDING[kind] ?? 'nat',
      persistence: wholeOf(wordOf(line, 'persistence_timeout')) ?? null,
      members,
    }),
  );
}

function instanceOf(line: ReadLine, bad: Unread[]): SeenVrrp[] {
  const addresses = line.body
    .filter(({ words }) => /^virtual_ipaddress(_excluded)?$/.test(words[0] ?? ''))
    .flatMap(({ body }) => body)
    .map(({ words }) => parseAddress((words[0] ?? '').split('/', 1)[0] ?? ''))
    .filter((address): address is IpAddress => address !== undefined);
  const [device, id] = [wordOf(line, 'interface'), wholeOf(wordOf(line, 'virtual_router_id'))];
  if (device === undefined || id === undefined || addresses.length === 0) {
    bad.push(unread(line, 'it has no interface, virtual_router_id or address'));
    return [];
  }
  return [
    {
      line: line.number,
      addresses,
      interface: device,
      routerId: id,
      priority: wholeOf(wordOf(line, 'priority')) ?? PRIORITY,
      advertInterval: wholeOf(wordOf(line, 'advert_int')) ?? ADVERT_INTERVAL,
    },
  ];
}
