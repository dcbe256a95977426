/** VRRP for the VIPs whose topology asks for it: keepalived.conf(5), "VRRPD CONFIGURATION"; RFC 9568. */
import type { IntentVip } from '../../intent/model.ts';
import type { IpAddress, Vrrp } from '../../topology/model.ts';
import { finding } from '../findings.ts';
import type { Finding } from '../target.ts';

const FAMILIES = [4, 6] as const;
type Family = (typeof FAMILIES)[number];

/** How a dialect of keepalived says where an instance and its addresses are. */
export interface InterfaceWords {
  /** Lines of an instance on an interface, without indentation. */
  readonly instance: (device: string) => readonly string[];
  readonly address: (prefix: string, device: string) => string;
}

/** Those of keepalived itself. */
export const KERNEL_WORDS: InterfaceWords = {
  instance: (device) => [`interface ${device}`],
  address: (prefix, device) => `${prefix} dev ${device}`,
};

/**
 * An instance per family, since one protocol message carries addresses of one family, and a sync group of
 * the two, so that a VIP is never half here and half there.
 */
export function vrrpInstances(vip: IntentVip, words: InterfaceWords): string[] {
  const { vrrp } = vip;
  if (!vrrp) return [];
  const families = instanceFamilies(vip, vrrp);
  const rest = vip.addresses.filter(({ family }) => !families.includes(family));
  const names = families.map((family) => instanceName(vip, family));
  return [
    ...(names.length > 1
      ? [
          '',
          `vrrp_sync_group ${vip.id} {`,
          '    group {',
          ...names.map((name) => `        ${name}`),
          '    }',
          '}',
        ]
      : []),
    ...families.flatMap((family) => instance(vip, vrrp, family, rest, words)),
  ];
}

/** Where peers are listed but none speaks the VIP's only family, multicast has to do. */
export function vrrpFindings(vip: IntentVip): Finding[] {
  const { vrrp } = vip;
  if (!vrrp || vrrp.peers.length === 0) return [];
  const multicast = instanceFamilies(vip, vrrp).filter((family) => ofFamily(vrrp.peers, family).length === 0);
  return multicast.flatMap((family) =>
    finding(
      [vip],
      'degraded',
      `no VRRP peer has an IPv${family} address, so that advertisements for the IPv${family} VIP go by multicast`,
      `list IPv${family} addresses of the peers as well`,
    ),
  );
}

/**
 * The families with an instance of their own. A family of which no peer is rides along with the other, as
 * virtual_ipaddress_excluded, rather than fall back to multicast, which many networks do not carry.
 */
function instanceFamilies(vip: IntentVip, { peers }: Vrrp): Family[] {
  const present = FAMILIES.filter((family) => ofFamily(vip.addresses, family).length > 0);
  const reachable = present.filter((family) => ofFamily(peers, family).length > 0);
  return reachable.length > 0 ? reachable : present;
}

function instance(
  vip: IntentVip,
  vrrp: Vrrp,
  family: Family,
  rest: readonly IpAddress[],
  words: InterfaceWords,
): string[] {
  const { interface: device, routerId, priority, advertInterval, source } = vrrp;
  const peers = ofFamily(vrrp.peers, family);
  const onDevice = (address: IpAddress) => words.address(prefixOf(address), device);
  const own = ofFamily(vip.addresses, family).map(onDevice);
  return [
    '',
    `vrrp_instance ${instanceName(vip, family)} {`,
    '    state BACKUP',
    '    nopreempt',
    ...words.instance(device).map((line) => `    ${line}`),
    `    virtual_router_id ${routerId}`,
    `    priority ${priority}`,
    `    advert_int ${advertInterval}`,
    ...(source?.family === family ? [`    unicast_src_ip ${source.text}`] : []),
    ...block(
      'unicast_peer',
      peers.map(({ text }) => text),
    ),
    ...block('virtual_ipaddress', family === 6 ? [words.address(linkLocal(routerId), device), ...own] : own),
    ...block('virtual_ipaddress_excluded', rest.map(onDevice)),
    '}',
  ];
}

/**
 * The first address that VRRP announces for IPv6 must be link-local (RFC 9568 section 5.2.9): that of the
 * virtual router's own MAC address 00-00-5E-00-02-{id} (section 7.3), which is unique where the id is.
 */
function linkLocal(routerId: number): string {
  const id = routerId.toString(16).padStart(2, '0');
  return `fe80::200:5eff:fe00:2${id}/64`;
}

function prefixOf({ family, text }: IpAddress): string {
  return `${text}/${family === 4 ? 32 : 128}`;
}

function instanceName(vip: IntentVip, family: Family): string {
  return `${vip.id}/ipv${family}`;
}

function block(keyword: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`    ${keyword} {`, ...lines.map((line) => `        ${line}`), '    }'];
}

function ofFamily(addresses: readonly IpAddress[], family: Family): IpAddress[] {
  return addresses.filter((address) => address.family === family);
}
