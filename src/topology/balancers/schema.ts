/** `balancers:` as users write it. Same rules as `schema.ts` beside this folder. */
import Type from 'typebox';
import {
  ARGUMENT_PATTERN,
  DURATION_PATTERN,
  FILE_PATTERN,
  ID_PATTERN,
  ORIGIN_PATTERN,
  PARTITION_PATTERN,
  PERCENT_PATTERN,
  RENDERED_FILE_PATTERN,
  VARIABLE_PATTERN,
} from '../patterns.ts';
import { choice, duration, id, mapping, offOr } from '../schema-parts.ts';
import { CARRIED_SERVICES, DEVICE_TLS, DIALECTS, DRIFT_POLICIES, DRIVEN_TARGETS } from './balancer.ts';

const { Optional } = Type;

/** unix(7): 108 bytes with the closing zero. */
const MAX_SOCKET_PATH = 107;

const file = (description: string, example: string, maxLength = 255) =>
  Type.String({ pattern: FILE_PATTERN, maxLength, description, examples: [example] });
const socket = (description: string, example: string) => file(description, example, MAX_SOCKET_PATH);
const command = (description: string, example: string[]) =>
  Type.Array(Type.String({ pattern: ARGUMENT_PATTERN, maxLength: 1024, examples: [example[0]] }), {
    minItems: 1,
    maxItems: 64,
    description,
    examples: [example],
  });

export const BalancerSchema = mapping(
  'A live engine that RoomLB changes. Each option belongs to the targets that its description names.',
  {
    id: id('Name of the balancer.', ['lb-1']),
    target: choice(
      DRIVEN_TARGETS,
      undefined,
      'Which engine it is. file: for what RoomLB cannot reach, a file is written and commands of your own are run. ipvs and keepalived both own IPVS: a VIP takes one of the two.',
    ),
    vips: Optional(
      Type.Array(Type.String({ pattern: ID_PATTERN }), {
        minItems: 1,
        uniqueItems: true,
        examples: [['public']],
        description: 'Ids of the VIPs that it carries. Default: all.',
      }),
    ),
    services: Optional(
      choice(
        CARRIED_SERVICES,
        'all',
        'What of these VIPs it carries: their signalling ports, the media ports of nodes, or both. Two engines of one machine share a VIP so, such as haproxy (signalling) and nftables (media).',
      ),
    ),
    host: Optional(
      id(
        'Name of the machine that it runs on. Balancers of one machine (or of none that is named) may not share files, sockets or kernel tables.',
        ['lb-a'],
      ),
    ),
    namespace: Optional(
      id('Network namespace that the engine lives in, as `ip netns` names it. Default: that of roomlb.', [
        'edge',
      ]),
    ),
    maxRemoved: Optional(
      Type.String({
        pattern: PERCENT_PATTERN,
        default: '20%',
        examples: ['20%'],
        description: "Share of a pool's members that one change may remove; more needs an explicit word.",
      }),
    ),
    drift: Optional(
      choice(DRIFT_POLICIES, 'repair', 'What becomes of changes that others made to what RoomLB owns.'),
    ),
    interval: Optional(duration('Time between two looks for such changes, in whole seconds.', '30s')),
    drainLimit: Optional(
      offOr(
        Type.String({ pattern: DURATION_PATTERN }),
        'Time after which the flows of a draining node are cut, in whole seconds, or off: never.',
        { default: '10m', examples: ['10m', 'off'] },
      ),
    ),
    lock: Optional(
      file(
        'File whose lock lets one process at a time change the engine. Default: one in the state folder.',
        '/run/lock/roomlb-lb-1',
      ),
    ),
    configFile: Optional(
      file(
        "haproxy, nginx, keepalived: the engine's configuration, which RoomLB writes. Default: the package's.",
        '/etc/haproxy/haproxy.cfg',
      ),
    ),
    pidFile: Optional(file('nginx, keepalived: where the engine writes its process id.', '/run/nginx.pid')),
    binary: Optional(file("haproxy, nginx, keepalived: the engine's program.", '/usr/sbin/haproxy')),
    statsSocket: Optional(socket('haproxy: its run-time API, of level admin.', '/run/haproxy/admin.sock')),
    masterSocket: Optional(
      offOr(
        Type.String({ pattern: FILE_PATTERN, maxLength: MAX_SOCKET_PATH }),
        "haproxy: its master's socket (-S), for reloads. off: it runs without one, and is never reloaded.",
        { default: '/run/haproxy-master.sock', examples: ['/run/haproxy-master.sock', 'off'] },
      ),
    ),
    stateFile: Optional(
      file(
        'haproxy: what its configuration names as server-state-file. Before a reload, RoomLB writes there how servers of sections that are not its own stand. Default: none.',
        '/run/haproxy/servers.state',
      ),
    ),
    nft: Optional(file('nftables: the program nft.', '/usr/sbin/nft')),
    conntrack: Optional(file('nftables: the program conntrack.', '/usr/sbin/conntrack')),
    ipvsadm: Optional(file('ipvs, keepalived: the program ipvsadm.', '/sbin/ipvsadm')),
    ownedFile: Optional(
      file(
        'ipvs: where RoomLB keeps which virtual services are its own, since IPVS itself can note nothing. Default: a file in /run/roomlb, named after cluster and balancer.',
        '/run/roomlb/ipvs-lb-1.json',
      ),
    ),
    url: Optional(
      Type.String({
        pattern: ORIGIN_PATTERN,
        maxLength: 300,
        description:
          'f5-as3, a10-acos, citrix-netscaler: where its management interface answers. Plain http is for loopback only, since the password goes with each request.',
        examples: ['https://bigip-1.example.net'],
      }),
    ),
    credentialsFile: Optional(
      file(
        'f5-as3, a10-acos, citrix-netscaler: file whose first line is USER:PASSWORD. This, or credentialsVariable.',
        '/etc/roomlb/bigip-1.credentials',
      ),
    ),
    credentialsVariable: Optional(
      Type.String({
        pattern: VARIABLE_PATTERN,
        description:
          'f5-as3, a10-acos, citrix-netscaler: variable of the environment that holds USER:PASSWORD.',
        examples: ['BIGIP_1_CREDENTIALS'],
      }),
    ),
    caFile: Optional(
      file(
        "f5-as3, a10-acos, citrix-netscaler: PEM file of the authorities that sign the device's certificate. Default: the well-known ones.",
        '/etc/roomlb/devices-ca.pem',
      ),
    ),
    tls: Optional(
      choice(
        DEVICE_TLS,
        'verify',
        'f5-as3, a10-acos, citrix-netscaler: insecure takes whoever answers for the device. Rather name its authority by caFile.',
      ),
    ),
    partition: Optional(
      Type.String({
        pattern: PARTITION_PATTERN,
        description:
          "f5-as3: the tenant of AS3 that is all RoomLB's; default: roomlb_ and the cluster's id. a10-acos, citrix-netscaler: the partition; default: the shared one, or default.",
        examples: ['roomlb_edge'],
      }),
    ),
    dialect: Optional(choice(DIALECTS, undefined, 'file: whose configuration is written.')),
    file: Optional(
      Type.String({
        pattern: RENDERED_FILE_PATTERN,
        maxLength: 100,
        description:
          'file: which of the files that roomlb render writes, where there are several. Default: the first.',
        examples: ['eds-public.json'],
      }),
    ),
    path: Optional(
      file(
        'file: where it is written, as roomlb render does. It is moved into place, so that nobody reads half of it.',
        '/srv/lb/haproxy.cfg',
      ),
    ),
    checkCommand: Optional(
      command(
        'file: program and arguments, run without a shell before the file takes its place; {file} stands for the new file. What it refuses is not written.',
        ['/usr/sbin/haproxy', '-c', '-f', '{file}'],
      ),
    ),
    reloadCommand: Optional(
      command('file: program and arguments, run without a shell once the file is in its place.', [
        '/usr/bin/systemctl',
        'reload',
        'haproxy',
      ]),
    ),
  },
  [{ id: 'lb-1', target: 'haproxy' }],
);

export const BalancersSchema = Type.Array(BalancerSchema, {
  maxItems: 100,
  description: 'Live engines that RoomLB changes. Without it: it only renders.',
  examples: [[{ id: 'lb-1', target: 'haproxy', vips: ['public'] }]],
});

export type BalancerDocument = Type.Static<typeof BalancerSchema>;
