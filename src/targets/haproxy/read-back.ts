/**
 * Reads an haproxy.cfg: `listen`, and `frontend` with its `default_backend` (configuration manual, section 4).
 * What is said of the process (`global`, `defaults`, and the like) is passed over: no virtual service is in it.
 */
import type { Monitor, ServiceRole } from '../../intent/model.ts';
import type { IpAddress, PortRange } from '../../topology/model.ts';
import { readIndentedLines, type ReadLine } from '../reading/lines.ts';
import { after, endpointOf, idOf, portOf, portsOf, unread, unreadWhole, wholeOf } from '../reading/values.ts';
import { member, service, type Seen, type SeenMember, type SeenService, type Unread } from '../seen.ts';
import { isSpareName } from './names.ts';
import { settingsOf, type Settings } from './read-settings.ts';

const PROXIES = ['listen', 'frontend', 'backend'];
/** Sections of the process itself, or of what proxies only refer to. */
const OTHERS =
  /^(global|defaults|userlist|resolvers|peers|mailers|cache|ring|log-forward|program|http-errors)\b/;

/** Section 5.2, `weight`: of a server that names none. */
const DEFAULT_WEIGHT = 1;

/** Of sections that RoomLB named; see names.ts. */
const ROLES: Readonly<Record<string, ServiceRole>> = {
  sig: 'signalling',
  node: 'node-signalling',
  media: 'media',
};

export function readBack(text: string): Seen {
  const bad: Unread[] = [];
  const proxies = new Map<string, { line: ReadLine; settings: Settings }>();
  for (const line of readIndentedLines(text, '#')) {
    const [keyword = '', name = ''] = line.words;
    if (PROXIES.includes(keyword)) proxies.set(`${keyword} ${name}`, { line, settings: settingsOf(line) });
    else if (!OTHERS.test(line.text)) bad.push(...unreadWhole(line));
  }
  const services = [...proxies.values()].flatMap(({ line, settings }) => {
    bad.push(...settings.unread.map((one) => unread(one)));
    if (line.words[0] === 'backend') return [];
    const behind = proxies.get(`backend ${settings.defaultBackend ?? ''}`)?.settings;
    const servers = [settings, ...(behind ? [behind] : [])].flatMap((part) => part.servers);
    const checks = { ...behind?.checks, ...settings.checks };
    const members = servers.flatMap((server) => memberOf(server, { ...settings, checks }, proxies, bad));
    return frontsOf(line, settings, members, bad);
  });
  return { services, vrrp: [], unread: bad.sort((a, b) => a.line - b.line) };
}

/** HAProxy makes connections of its own, so each of its addresses leads to every server. */
function frontsOf(
  line: ReadLine,
  { binds, idleTimeout, persistence, http, domain }: Settings,
  members: readonly SeenMember[],
  bad: Unread[],
): SeenService[] {
  const own = /^(sig|node|media):([^:]+)/.exec(line.words[1] ?? '');
  return binds.flatMap((bind) => {
    const front = frontOf(bind.words[1]);
    if (!front) {
      bad.push(unread(bind, 'it names no address'));
      return [];
    }
    const certificate = after(bind.words, 'crt') ?? null;
    const ends = bind.words.includes('ssl');
    return [
      service({
        line: bind.number,
        ...front,
        protocol: 'tcp',
        vip: idOf(own?.[2]),
        idleTimeout,
        persistence,
        tls: ends ? 'terminate' : http ? 'off' : 'passthrough',
        certificate: ends ? certificate : null,
        domain,
        role: ROLES[own?.[1] ?? ''] ?? null,
        members,
      }),
    ];
  });
}

function frontOf(text: string | undefined): { address: IpAddress; ports: PortRange } | undefined {
  const [, where, ports] = /^(.+):([0-9-]+)$/.exec(text ?? '') ?? [];
  const [endpoint, range] = [endpointOf(where), portsOf(ports)];
  return endpoint && range ? { address: endpoint.address, ports: range } : undefined;
}

function memberOf(
  server: ReadLine,
  { checks }: Settings,
  proxies: ReadonlyMap<string, { settings: Settings }>,
  bad: Unread[],
): SeenMember[] {
  const [, name = '', where] = server.words;
  // Free slots lead nowhere.
  if (isSpareName(name)) return [];
  const to = endpointOf(where);
  if (!to) {
    bad.push(unread(server, 'it names no address'));
    return [];
  }
  const weight = wholeOf(after(server.words, 'weight')) ?? DEFAULT_WEIGHT;
  return [
    member({
      line: server.number,
      node: idOf(name),
      address: to.address,
      port: to.port,
      weight,
      usable: weight > 0 && !server.words.includes('disabled'),
      monitor: monitorOf(server, checks, to.port) ?? watched(server, proxies),
    }),
  ];
}

function monitorOf({ words }: ReadLine, checks: Settings['checks'], own: number | null): Monitor | null {
  if (!words.includes('check')) return null;
  const port = portOf(after(words, 'port')) ?? own;
  if (port === null) return null;
  return checks.path === undefined ? { kind: 'tcp', port } : { kind: 'http', port, path: checks.path };
}

/** `track other/server`: it is checked over there. */
function watched({ words }: ReadLine, proxies: ReadonlyMap<string, { settings: Settings }>): Monitor | null {
  const [, proxy, name] = /^(.+)\/([^/]+)$/.exec(after(words, 'track') ?? '') ?? [];
  const settings = proxies.get(`backend ${proxy ?? ''}`)?.settings;
  const twin = settings?.servers.find((one) => one.words[1] === name);
  return settings && twin ? monitorOf(twin, settings.checks, null) : null;
}
