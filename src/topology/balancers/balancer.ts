/** One balancer as the topology declares it: which engine, where it is, and how carefully it is changed. */

/** Engines that RoomLB drives itself. */
const ENGINES = ['haproxy', 'nginx', 'nftables', 'ipvs', 'keepalived'] as const;

/** Software balancers that it writes for, and others load. */
const SOFTWARE = ['envoy', 'dpvs', 'katran', 'glb-director', 'loxilb'] as const;

/** Devices that it drives by their HTTP interface. */
const DRIVEN_DEVICES = ['f5-as3', 'a10-acos', 'citrix-netscaler'] as const;

/** Devices that it writes for; others load what it cannot drive. */
const DEVICES = [
  'cisco-ios-slb',
  'cisco-ace',
  'cisco-nxos-itd',
  'f5-tmsh',
  'f5-as3',
  'citrix-netscaler',
  'a10-acos',
  'radware-alteon',
  'piolink-pask',
] as const;

/** Daemons that announce VIPs; others load what it writes for them. */
const ROUTERS = ['bird', 'frr', 'exabgp', 'gobgp', 'metallb'] as const;

/** Whose words a file may be written in. */
export const DIALECTS = [...ENGINES, ...SOFTWARE, ...DEVICES, ...ROUTERS] as const;
export type Dialect = (typeof DIALECTS)[number];

/** What `target:` may name. `file`: for what RoomLB cannot reach, a file and the user's own commands. */
export const DRIVEN_TARGETS = [...ENGINES, ...DRIVEN_DEVICES, 'file'] as const;
export type DrivenTarget = (typeof DRIVEN_TARGETS)[number];

/** What becomes of changes that others made to an engine. */
export const DRIFT_POLICIES = ['repair', 'report'] as const;
export type DriftPolicy = (typeof DRIFT_POLICIES)[number];

/** What of its VIPs a balancer may carry, where another engine carries the rest. */
export const CARRIED_SERVICES = ['all', 'signalling', 'media'] as const;
export type CarriedServices = (typeof CARRIED_SERVICES)[number];

interface Common {
  readonly id: string;
  /** Sorted ids of the VIPs that it carries; null: all of them. */
  readonly vips: readonly string[] | null;
  /** What of these VIPs. */
  readonly services: CarriedServices;
  /** Name of the machine, where balancers of several are told apart; null: of one that nothing is said of. */
  readonly host: string | null;
  /** Network namespace that the engine lives in; null: this process's own. */
  readonly namespace: string | null;
  /** Share of a pool's members that one apply may remove, 0–1. */
  readonly maxRemoved: number;
  readonly drift: DriftPolicy;
  /** Seconds between two looks for drift. */
  readonly interval: number;
  /** Seconds after which a draining node's flows are cut; null: never. */
  readonly drainLimit: number | null;
  /** File whose lock makes one writer of many; null: in the state folder. */
  readonly lock: string | null;
}

export interface HaproxyBalancer extends Common {
  readonly target: 'haproxy';
  readonly configFile: string;
  readonly statsSocket: string;
  /** Null where HAProxy runs without one: then only what the stats socket can do is done. */
  readonly masterSocket: string | null;
  /** What its configuration names as server-state-file, to be written before a reload; null: nothing is. */
  readonly stateFile: string | null;
  readonly binary: string;
}

export interface NginxBalancer extends Common {
  readonly target: 'nginx';
  readonly configFile: string;
  readonly pidFile: string;
  readonly binary: string;
}

export interface NftablesBalancer extends Common {
  readonly target: 'nftables';
  /** Programs. */
  readonly nft: string;
  readonly conntrack: string;
}

export interface IpvsBalancer extends Common {
  readonly target: 'ipvs';
  /** Program. */
  readonly ipvsadm: string;
  /** File in which it is kept what of IPVS is RoomLB's own; null: one in /run/roomlb. */
  readonly ownedFile: string | null;
}

export interface KeepalivedBalancer extends Common {
  readonly target: 'keepalived';
  readonly configFile: string;
  readonly pidFile: string;
  /** Programs; ipvsadm says what became of the file. */
  readonly binary: string;
  readonly ipvsadm: string;
}

export interface FileBalancer extends Common {
  readonly target: 'file';
  /** Whose rendering is written. */
  readonly dialect: Dialect;
  /** Which of its files, by the name that it is rendered with; null: the first. */
  readonly file: string | null;
  readonly path: string;
  /**
   * Program and arguments, never through a shell; null: nothing is checked. `{file}` in an argument stands
   * for the new file, which is not in its place yet.
   */
  readonly checkCommand: readonly string[] | null;
  /** The same, once the file is in its place; null: nothing is told. */
  readonly reloadCommand: readonly string[] | null;
}

/** How the HTTP interface of a device is reached. What proves who asks is never in a topology itself. */
interface DeviceOf<T extends DeviceTarget> extends Common {
  readonly target: T;
  /** Origin: `https://bigip-1.example.net:8443`. */
  readonly url: string;
  /** File, or variable of the environment, that holds `USER:PASSWORD`; the other one is null. */
  readonly credentialsFile: string | null;
  readonly credentialsVariable: string | null;
  /** PEM file of the authorities that sign the device's certificate; null: those that Node comes with. */
  readonly caFile: string | null;
  /** `insecure`: whoever answers is believed. */
  readonly tls: DeviceTls;
  /** Part of the device: AS3's tenant, which is all RoomLB's, or a partition of ACOS or NetScaler. Null: the target's default. */
  readonly partition: string | null;
}

type DeviceTarget = (typeof DRIVEN_DEVICES)[number];
export type DeviceBalancer = { [T in DeviceTarget]: DeviceOf<T> }[DeviceTarget];

export const DEVICE_TLS = ['verify', 'insecure'] as const;
export type DeviceTls = (typeof DEVICE_TLS)[number];

export type Balancer =
  | HaproxyBalancer
  | NginxBalancer
  | NftablesBalancer
  | IpvsBalancer
  | KeepalivedBalancer
  | DeviceBalancer
  | FileBalancer;

/** It is a device with an address of its own, rather than a program of this host. */
export function isDevice(balancer: Balancer): balancer is DeviceBalancer {
  return isDeviceTarget(balancer.target);
}

export function isDeviceTarget(target: DrivenTarget): target is DeviceTarget {
  const devices: readonly string[] = DRIVEN_DEVICES;
  return devices.includes(target);
}

/** It tells routers of VIPs, and carries no packets: others carry what comes. */
export function announces(balancer: Balancer): boolean {
  const routers: readonly string[] = ROUTERS;
  return routers.includes(dialectOf(balancer));
}

/** Whose words the balancer is told in. */
export function dialectOf(balancer: Balancer): Dialect {
  return balancer.target === 'file' ? balancer.dialect : balancer.target;
}

export const COMMON_DEFAULTS = {
  services: 'all',
  maxRemoved: 0.2,
  drift: 'repair',
  interval: 30,
  drainLimit: 600,
} as const satisfies Partial<Common>;

/** Where Debian's packages put things: their systemd units and `dpkg -L` (bookworm). */
export const ENGINE_DEFAULTS = {
  haproxy: {
    configFile: '/etc/haproxy/haproxy.cfg',
    statsSocket: '/run/haproxy/admin.sock',
    masterSocket: '/run/haproxy-master.sock',
    binary: '/usr/sbin/haproxy',
  },
  nginx: { configFile: '/etc/nginx/nginx.conf', pidFile: '/run/nginx.pid', binary: '/usr/sbin/nginx' },
  nftables: { nft: '/usr/sbin/nft', conntrack: '/usr/sbin/conntrack' },
  ipvs: { ipvsadm: '/sbin/ipvsadm' },
  keepalived: {
    configFile: '/etc/keepalived/keepalived.conf',
    pidFile: '/run/keepalived.pid',
    binary: '/usr/sbin/keepalived',
    ipvsadm: '/sbin/ipvsadm',
  },
} as const;
