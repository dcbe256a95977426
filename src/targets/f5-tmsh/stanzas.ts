/** The objects as tmsh has them: "ltm monitor", "ltm node", "ltm pool", "ltm virtual"… of its reference. */
import type { IpAddress } from '../../topology/model.ts';
import type { Check } from '../dialect/checks.ts';
import { INTERVAL, monitorText, TIMEOUT } from './monitors.ts';
import { names } from './names.ts';
import type { Objects, Pool, PoolMember, Profile, Virtual } from './objects.ts';
import type { Attribute, Item, TmshObject } from './tmsh.ts';

/** What virtual servers refer to, each object behind those that it refers to itself. */
export function sharedObjects({ checks, profiles, persistences, pools, virtuals }: Objects): TmshObject[] {
  return [
    ...checks.map(monitor),
    ...profiles.map(profile),
    ...persistences.map(persistence),
    ...nodes(pools),
    ...pools.map(pool),
    ...virtualAddresses(virtuals),
  ];
}

function monitor(check: Check): TmshObject {
  const { type, send, receive, port } = monitorText(check);
  return {
    component: `ltm monitor ${type}`,
    name: names.monitor(check),
    attributes: [
      value('defaults-from', `/Common/${type}`),
      value('destination', `*:${port}`),
      value('interval', INTERVAL),
      ...(receive === null ? [] : [value('recv', quoted(receive))]),
      ...(send === null ? [] : [value('send', quoted(send))]),
      value('timeout', TIMEOUT),
    ],
  };
}

/** In double quotes tmsh and bigip.conf take a backslash for the escape that the monitor then resolves. */
function quoted(text: string): string {
  return `"${text}"`;
}

function profile(settings: Profile): TmshObject {
  const { idle, direct } = settings;
  return {
    component: 'ltm profile fastl4',
    name: names.profile(settings),
    attributes: [
      value('defaults-from', '/Common/fastL4'),
      value('idle-timeout', idle),
      ...(direct ? [value('loose-close', 'enabled'), value('loose-initialization', 'enabled')] : []),
    ],
  };
}

function persistence(seconds: number): TmshObject {
  return {
    component: 'ltm persistence source-addr',
    name: names.persistence(seconds),
    attributes: [value('defaults-from', '/Common/source_addr'), value('timeout', seconds)],
  };
}

function nodes(pools: readonly Pool[]): TmshObject[] {
  const members = new Map(pools.flatMap((one) => one.members.map((member) => [names.node(member), member])));
  return [...members].map(([name, { address }]) => ({
    component: 'ltm node',
    name,
    attributes: [value('address', address.text)],
  }));
}

function pool(one: Pool): TmshObject {
  return {
    component: 'ltm pool',
    name: names.pool(one),
    attributes: [
      ...(one.weighted ? [value('load-balancing-mode', 'ratio-member')] : []),
      { name: 'members', items: one.members.map((member) => poolMember(member, one.weighted)) },
      ...monitors(one.checks),
      // Layer 3 nPath: members get packets in IP-in-IP, and answer from the VIP.
      ...(one.forwarding === 'tunnel'
        ? [{ name: 'profiles', items: [{ key: '/Common/ipip', attributes: [] }] }]
        : []),
    ],
  };
}

/** A named node keeps the colon in front of the port, whatever its family. */
export function poolMember(member: PoolMember, weighted: boolean): Item {
  return {
    key: `${names.node(member)}:${member.port}`,
    attributes: [
      value('address', member.address.text),
      ...monitors(member.checks),
      ...(weighted && member.takesNew ? [value('ratio', member.ratio)] : []),
      ...(member.takesNew ? [] : [value('session', 'user-disabled')]),
    ],
  };
}

/** All of them must pass. */
function monitors(checks: readonly Check[]): Attribute[] {
  return checks.length === 0 ? [] : [value('monitor', checks.map(names.monitor).join(' and '))];
}

function virtualAddresses(virtuals: readonly Virtual[]): TmshObject[] {
  const addresses = new Map(virtuals.map(({ front: { address } }) => [address.text, address]));
  return [...addresses.values()].map((address) => ({
    component: 'ltm virtual-address',
    name: `/Common/${address.text}`,
    attributes: [
      value('address', address.text),
      value('arp', 'enabled'),
      value('icmp-echo', 'enabled'),
      value('mask', maskOf(address)),
      value('traffic-group', '/Common/traffic-group-1'),
    ],
  }));
}

export function virtualObject(
  { service, front: { address }, port, pool: to, profile: l4, persistence: stay }: Virtual,
  name: string,
): TmshObject {
  const translated = service.forwarding === 'nat' ? 'enabled' : 'disabled';
  return {
    component: 'ltm virtual',
    name,
    attributes: [
      value('destination', destination(address, port)),
      value('ip-protocol', service.protocol),
      value('mask', maskOf(address)),
      ...(stay === null
        ? []
        : [
            {
              name: 'persist',
              items: [{ key: names.persistence(stay), attributes: [value('default', 'yes')] }],
            },
          ]),
      value('pool', names.pool(to)),
      { name: 'profiles', items: [{ key: names.profile(l4), attributes: [] }] },
      value('source', address.family === 4 ? '0.0.0.0/0' : '::/0'),
      ...(service.snat ? [{ name: 'source-address-translation', group: [value('type', 'automap')] }] : []),
      value('translate-address', translated),
      value('translate-port', translated),
    ],
  };
}

/** IPv6 is written with a dot in front of the port. */
function destination({ family, text }: IpAddress, port: number): string {
  return `/Common/${text}${family === 4 ? ':' : '.'}${port}`;
}

function maskOf({ family }: IpAddress): string {
  return family === 4 ? '255.255.255.255' : 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
}

function value(name: string, text: string | number): Attribute {
  return { name, value: String(text) };
}
