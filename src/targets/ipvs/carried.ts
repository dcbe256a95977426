/** What IPVS can and cannot carry, however it is configured: by ipvsadm or by keepalived. */
import type { Intent, VirtualService } from '../../intent/model.ts';
import type { IpAddress } from '../../topology/model.ts';
import { finding, groupByVip, unseenNames } from '../findings.ts';
import type { Finding } from '../target.ts';

export interface Carried {
  /** In the intent's order. */
  readonly services: readonly VirtualService[];
  /** `refused`: the others; `degraded`: what IPVS does differently from what was asked. */
  readonly findings: readonly Finding[];
}

export function carriedByIpvs(intent: Intent): Carried {
  const isRefused = (service: VirtualService) => endsTls(service) || translates(service);
  const services = intent.services.filter((service) => !isRefused(service));
  const refused = groupByVip(intent.services.filter(isRefused));
  const carrying = groupByVip(services);
  return {
    services,
    findings: [
      ...[...refused].flatMap(([vip, list]) => refusedTls(vip, list.filter(endsTls))),
      ...[...refused].flatMap(([vip, list]) => refusedPorts(vip, list)),
      ...finding(
        unseenNames(services),
        'degraded',
        'IPVS sees addresses and ports only, not the node that a URL names: members are balanced by weight, and one that is not meant has to redirect',
        'set signalling.ports, which gives each node a port of its own',
      ),
      ...intent.vips.filter(({ id, snat }) => snat && carrying.has(id)).flatMap(degradedSnat),
    ],
  };
}

function endsTls({ tls }: VirtualService): boolean {
  return tls === 'terminate';
}

/** With -g and -i the packet reaches the node as it is: ipvsadm(8), "packet-forwarding-method". */
function translates({ forwarding, members, ports }: VirtualService): boolean {
  return forwarding !== 'nat' && members.some((member) => member.ports.first !== ports.first);
}

function refusedTls(vip: string, services: readonly VirtualService[]): Finding[] {
  return finding(
    services,
    'refused',
    `TLS of VIP ${vip} is to end on the balancer, but IPVS forwards packets and ends no connection`,
    'use haproxy for signalling, or tls: passthrough, so that TLS ends on the nodes',
  );
}

function refusedPorts(vip: string, services: readonly VirtualService[]): Finding[] {
  return finding(
    services.filter((service) => !endsTls(service)),
    'refused',
    `ports of VIP ${vip} would have to be translated, which only nat can`,
    "let the nodes listen on the VIP's ports, or write forwarding: nat",
  );
}

function degradedSnat({ id, addresses }: Intent['vips'][number]): Finding[] {
  return finding(
    [{ id }],
    'degraded',
    `snat is asked for, but IPVS itself rewrites no source address`,
    `add to the balancer's firewall: ${addresses.map(masquerade).join('; ')}`,
  );
}

/** iptables-extensions(8), "ipvs": matches packets of IPVS connections. Needs net.ipv4.vs.conntrack=1. */
function masquerade({ family, text }: IpAddress): string {
  const command = family === 6 ? 'ip6tables' : 'iptables';
  return `${command} -t nat -A POSTROUTING -m ipvs --vaddr ${text} -j MASQUERADE`;
}
