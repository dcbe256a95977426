/** Forwarding rules: a port of the VIP with what it leads to, and the members of pools beside them. */
import type { VirtualService } from '../../intent/model.ts';
import { formatEndpoint } from '../../topology/address.ts';
import { listPorts } from '../../topology/ports.ts';
import type { Rule } from '../target.ts';
import { poolMember } from './endpoints.ts';
import { routesFile } from './names.ts';
import { serverName, speaksHttp } from './routes.ts';

export function rulesOf(service: VirtualService): Rule[] {
  return service.role === 'signalling' ? poolRules(service) : singleRules(service);
}

function poolRules(service: VirtualService): Rule[] {
  const { id, addresses, ports, members, tls } = service;
  return [
    ...addresses.map((address) => ({
      key: `${id} ${address.text}`,
      text: `listener ${formatEndpoint(address, ports.first)} tls ${tls} -> cluster ${id}`,
      node: null,
    })),
    ...members.map((member) => ({
      key: `${id} pool ${member.node}`,
      text: JSON.stringify(poolMember(member)),
      node: member.node,
    })),
    ...namedRules(service),
  ];
}

/** Of clients that name their node. */
function namedRules(service: VirtualService): Rule[] {
  const { id, vip, naming, members } = service;
  const names = (node: string): string[] => [
    ...(speaksHttp(service) ? [`${routesFile(vip)} /n/${node}`] : []),
    ...(naming.by === 'sni' ? [`server name ${serverName(node, naming.domain)}`] : []),
  ];
  return members.flatMap(({ node, addresses: [to], ports }) =>
    to
      ? names(node).map((name) => ({
          key: `${id} named ${name}`,
          text: `${name} -> ${formatEndpoint(to, ports.first)}`,
          node,
        }))
      : [],
  );
}

function singleRules({ id, addresses, ports, protocol, idleTimeout, members }: VirtualService): Rule[] {
  return members.flatMap(({ node, addresses: [to], ports: its }) =>
    to
      ? addresses.flatMap((address) =>
          listPorts(ports).map((port, i) => ({
            key: `${id} ${formatEndpoint(address, port)}`,
            text: `listener ${protocol} idle_timeout ${idleTimeout}s -> ${formatEndpoint(to, its.first + i)}`,
            node,
          })),
        )
      : [],
  );
}
