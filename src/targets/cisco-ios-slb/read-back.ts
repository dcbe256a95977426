/** Reads `show running-config` of a router with IOS SLB, as far as its Command Reference goes. */
import type { ServiceRole } from '../../intent/model.ts';
import type { IpAddress } from '../../topology/model.ts';
import { readIndentedLines, type ReadLine } from '../reading/lines.ts';
import { endpointOf, idOf, portOf, unread, unreadWhole, wholeOf } from '../reading/values.ts';
import { member, service, type Seen, type SeenMember, type SeenService, type Unread } from '../seen.ts';
import { readHsrp } from './read-hsrp.ts';
import { hexBytes, STUN_REQUEST } from '../dialect/stun.ts';

/** Of farms that RoomLB named; see names.ts. */
const ROLES: Readonly<Record<string, ServiceRole>> = {
  'RLS-': 'signalling',
  'RLP-': 'node-signalling',
  'RLM-': 'media',
};

/** "weight (server farm)": the default. */
const DEFAULT_WEIGHT = 8;

interface Config {
  readonly farms: ReadonlyMap<string, ReadLine>;
  readonly probes: ReadonlyMap<string, ReadLine>;
}

export function readBack(text: string): Seen {
  const lines = readIndentedLines(text, '!');
  const of = (start: string) => lines.filter((line) => line.text.startsWith(`${start} `));
  const named = (start: string) => new Map(of(start).map((line) => [line.words[3] ?? '', line]));
  const config = { farms: named('ip slb serverfarm'), probes: named('ip slb probe') };
  const vservers = of('ip slb vserver').map((line) => ({ line, ...vserverOf(line, config) }));
  const followed = new Map<string, IpAddress[]>();
  for (const { line, services } of vservers) {
    const group = line.body.find(({ words }) => words[0] === 'inservice')?.words[2];
    if (group === undefined) continue;
    followed.set(group, [...(followed.get(group) ?? []), ...services.map(({ address }) => address)]);
  }
  const hsrp = readHsrp(of('interface'), followed);
  const bad = [
    ...of('ip slb')
      .filter((line) => !KNOWN.test(line.text))
      .flatMap((line) => unreadWhole(line)),
    ...vservers.flatMap((one) => one.unread),
    ...[...config.farms.values()].flatMap((farm) => farmUnread(farm)),
    ...hsrp.unread,
  ];
  return {
    services: vservers.flatMap((one) => one.services),
    vrrp: hsrp.vrrp,
    unread: bad.sort((a, b) => a.line - b.line),
  };
}

/** What else a router says is not about balancing. */
const KNOWN = /^ip slb (serverfarm|probe|vserver) /;

function vserverOf(line: ReadLine, config: Config): { services: SeenService[]; unread: Unread[] } {
  const words = (keyword: string) => line.body.find((one) => one.words[0] === keyword)?.words;
  const [, where, protocol, ports] = words('virtual') ?? [];
  const [address, port] = [endpointOf(where)?.address, portOf(ports)];
  const farm = config.farms.get(words('serverfarm')?.[1] ?? '');
  if (!address || port === undefined || (protocol !== 'tcp' && protocol !== 'udp') || !farm)
    return { services: [], unread: unreadWhole(line, 'it has no address, port or server farm') };
  const known = /^(virtual|serverfarm|sticky|idle|inservice)\b/;
  const nat = farm.body.some(({ text }) => text === 'nat server');
  const name = line.words[3] ?? '';
  return {
    services: [
      service({
        line: line.number,
        vip: idOf(/^RL[UT][0-9]+-(.+)$/.exec(name)?.[1]),
        address,
        protocol,
        ports: { first: port, last: port },
        forwarding: nat ? 'nat' : 'dsr',
        snat: farm.body.some(({ text }) => text.startsWith('nat client ')),
        persistence: wholeOf(words('sticky')?.[1]) ?? null,
        idleTimeout: wholeOf(words('idle')?.[1]) ?? null,
        role: ROLES[(farm.words[3] ?? '').slice(0, 4)] ?? null,
        members: membersOf(farm, config),
      }),
    ],
    unread: line.body.filter(({ text }) => !known.test(text)).map((one) => unread(one)),
  };
}

function membersOf(farm: ReadLine, { probes }: Config): SeenMember[] {
  const asked = farm.body.flatMap(
    (line) => probes.get(line.words[0] === 'probe' ? (line.words[1] ?? '') : '') ?? [],
  );
  const node = idOf(/^RL[MP]-(.+)$/.exec(farm.words[3] ?? '')?.[1]);
  return farm.body.flatMap((line) => {
    const to = line.words[0] === 'real' ? endpointOf(line.words[1]) : undefined;
    if (!to) return [];
    const port = portOf(line.words[2]) ?? null;
    const weight = line.body.find(({ words }) => words[0] === 'weight')?.words[1];
    return [
      member({
        line: line.number,
        node,
        address: to.address,
        port,
        weight: wholeOf(weight) ?? DEFAULT_WEIGHT,
        usable: line.body.some(({ text }) => text === 'inservice'),
        monitor: monitorOf(asked),
        stunPort: asked.find(isStun)?.body.flatMap(({ words }) => portIn(words))[0] ?? null,
      }),
    ];
  });
}

function monitorOf(probes: readonly ReadLine[]): SeenMember['monitor'] {
  for (const { words, body } of probes) {
    const port = body.flatMap((line) => portIn(line.words))[0];
    if (port === undefined) continue;
    if (words[4] === 'tcp') return { kind: 'tcp', port };
    const path = body
      .map(({ text }) => /^request .*\burl (\S+)/.exec(text)?.[1])
      .find((url) => url !== undefined);
    if (words[4] === 'http') return { kind: 'http', port, path: path ?? '/' };
  }
  return null;
}

function isStun({ body }: ReadLine): boolean {
  return body.some(({ text }) => text === `request data 0 ${hexBytes(STUN_REQUEST, ' ')}`);
}

function portIn(words: readonly string[]): number[] {
  const port = words[0] === 'port' ? portOf(words[1]) : undefined;
  return port === undefined ? [] : [port];
}

function farmUnread({ body }: ReadLine): Unread[] {
  const known = /^(nat (server|client \S+)|predictor roundrobin|probe \S+|real \S+( [0-9]+)?)$/;
  return body.flatMap((line) => {
    if (!known.test(line.text)) return unreadWhole(line);
    return line.body
      .filter(({ text }) => !/^(weight [0-9]+|(no )?inservice)$/.test(text))
      .map((one) => unread(one));
  });
}
