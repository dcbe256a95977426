/** Reads ns.conf, or what `show ns runningConfig` prints, as far as the "NetScaler Command Reference" goes. */
import { parseAddress } from '../../topology/address.ts';
import type { Protocol } from '../../topology/model.ts';
import { idOf, portOf, unread, wholeOf } from '../reading/values.ts';
import { service, type Seen, type SeenService, type Unread } from '../seen.ts';
import { roleOf } from './names.ts';
import { begins, readCommands, type Command } from './read-commands.ts';
import { groupsOf, type ReadGroup } from './read-groups.ts';

export function readBack(text: string): Seen {
  const commands = readCommands(text);
  const groups = groupsOf(commands);
  const bound = new Map<string, ReadGroup>();
  for (const { words } of commands.filter((one) => begins(one, 'bind lb vserver'))) {
    const [, , , vserver = '', name = ''] = words;
    const [group, known] = [groups.get(name), bound.get(vserver)];
    // Of several services one stands for all in what they have in common.
    if (group)
      bound.set(vserver, known ? { ...known, members: [...known.members, ...group.members] } : group);
  }
  const vservers = commands
    .filter((one) => begins(one, 'add lb vserver'))
    .map((one) => vserverOf(one, bound.get(one.words[3] ?? '')));
  const bad = [
    ...commands.flatMap(commandUnread),
    ...commands.filter((one) => isLost(one, groups)).map(({ line }) => unread(line, 'it leads to nothing')),
    ...vservers.flatMap((one) => one.unread),
  ];
  return {
    services: vservers.flatMap((one) => one.services),
    // VRIDs name no interface, without which a topology has no VRRP.
    vrrp: [],
    unread: bad.sort((a, b) => a.line - b.line),
  };
}

/** What else an appliance says is not about balancing. */
const OURS = /^(add|bind|set|disable) (lb|cs|server|servicegroup|service) /i;

/** Commands that are understood, with the options that are, or that change nothing here. */
const KNOWN: readonly (readonly [start: string, options: RegExp])[] = [
  [
    'add lb monitor',
    /^(respcode|httprequest|destport|interval|resptimeout|retries|successretries|send|recv|lrtm)$/,
  ],
  ['add server', /^(state|comment)$/],
  ['disable server', /^(delay|graceful)$/],
  ['add serviceGroup', /^(usip|useproxyport|healthmonitor|clttimeout|svrtimeout|downstateflush|comment)$/],
  ['bind serviceGroup', /^(weight|monitorname|state)$/],
  ['disable serviceGroup', /^(delay|graceful)$/],
  ['add service', /^(usip|useproxyport|healthmonitor|clttimeout|svrtimeout|downstateflush|comment)$/],
  ['bind service', /^monitorname$/],
  ['disable service', /^(delay|graceful)$/],
  ['add lb vserver', /^(persistencetype|timeout|lbmethod|m|clttimeout|downstateflush|comment)$/],
  ['bind lb vserver', /^weight$/],
];

function commandUnread(command: Command): Unread[] {
  const { line, options } = command;
  if (!OURS.test(line.text)) return [];
  const [, known] = KNOWN.find(([start]) => begins(command, start)) ?? [];
  if (!known) return [unread(line)];
  const odd = [...options.keys()].find((option) => !known.test(option));
  return odd === undefined ? [] : [unread(line, `-${odd} is not read`)];
}

function isLost(command: Command, groups: ReadonlyMap<string, ReadGroup>): boolean {
  return begins(command, 'bind lb vserver') && !groups.has(command.words[4] ?? '');
}

/** Types of virtual servers that do not look beyond layer 4. */
const TYPES: Readonly<Record<string, Protocol | null>> = {
  TCP: 'tcp',
  UDP: 'udp',
  SSL_BRIDGE: 'tcp',
  ANY: null,
};
const FORWARDING = { MAC: 'dsr', IPTUNNEL: 'tunnel' } as const;

function vserverOf(
  { line, words, options }: Command,
  group: ReadGroup | undefined,
): { services: SeenService[]; unread: Unread[] } {
  const [, , , name = '', type = '', where = ''] = words;
  const address = parseAddress(where);
  const port = portOf(words[6]);
  const said = TYPES[type.toUpperCase()];
  if (said === undefined || !address || port === undefined || !group)
    return {
      services: [],
      unread: [unread(line, 'it is of no type of layer 4, or has no one port, or nobody behind it')],
    };
  const role = roleOf(group.name);
  const mode = options.get('m')?.toUpperCase();
  const forwarding = mode === 'MAC' || mode === 'IPTUNNEL' ? FORWARDING[mode] : 'nat';
  const minutes =
    options.get('persistencetype')?.toUpperCase() === 'SOURCEIP'
      ? wholeOf(options.get('timeout'))
      : undefined;
  return {
    services: [
      service({
        line: line.number,
        vip: idOf(/^roomlb-vs-[a-z]+-[0-9]+-(.+)-v[46]$/.exec(name)?.[1]),
        address,
        // Of ANY, which takes all there is, what its members are for tells.
        protocol: said ?? (role === 'media' || (role === null && group.members.length === 1) ? 'udp' : 'tcp'),
        ports: { first: port, last: port },
        forwarding,
        snat: forwarding === 'nat' && group.snat,
        persistence: minutes === undefined ? null : minutes * 60,
        idleTimeout: wholeOf(options.get('clttimeout')) ?? null,
        role,
        members: group.members,
      }),
    ],
    unread: [],
  };
}
