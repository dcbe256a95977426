/** The pool behind a shared signalling port. */
import type { VirtualService } from '../../intent/model.ts';
import { checksOf, CHECK_TIMING } from './checks.ts';
import { NAMED, namingLines, seesNames } from './naming.ts';
import { poolName, serverIds, spareName } from './names.ts';
import { binds, httpMode, section, serverAddress, tcpIdle } from './section.ts';
import type { BindOptions, Section } from './section.ts';

/**
 * Servers in maintenance and without an address, for the run-time API to fill where it cannot add servers
 * (`add server` is experimental in 2.4).
 */
export const SPARE_SLOTS = 8;

export function pool(service: VirtualService, options: BindOptions): Section {
  const name = poolName(service.vip);
  const ids = serverIds(service.members.map((member) => member.node));
  const checks = checksOf(service);
  const fronts = binds(service, options);
  const servers = service.members.map((member) => {
    const where = `server ${member.node} ${serverAddress(member, service)} id ${ids.get(member.node) ?? 0}`;
    return {
      node: member.node,
      line: [where, `weight ${member.weight}`, ...checks.wordsFor(member)].join(' '),
    };
  });
  const lines = section('listen', name, [
    ...fronts.map((front) => front.line),
    ...(service.tls === 'passthrough' ? tcpIdle(service) : httpMode(service)),
    'balance roundrobin',
    'option redispatch',
    ...namingLines(service),
    ...persistence(service),
    ...checks.poolLines,
    ...servers.map((server) => server.line),
    ...spareSlots(),
  ]);
  return {
    lines: [...lines, ...checks.watch],
    rules: [
      ...fronts.map(({ endpoint, line }) => ({ key: `${name} ${endpoint}`, text: line, node: null })),
      ...servers.map(({ node, line }) => ({ key: `${name}/${node}`, text: line, node })),
    ],
  };
}

function spareSlots(): string[] {
  return Array.from({ length: SPARE_SLOTS }, (_, i) => {
    const slot = i + 1;
    return `server ${spareName(slot)} 0.0.0.0:1 id ${slot} weight 1 check ${CHECK_TIMING} disabled`;
  });
}

/** A source stays with its member, unless it names a node; that one is not remembered for it. */
function persistence(service: VirtualService): string[] {
  if (service.persistence === null) return [];
  const unless = seesNames(service) ? ` unless ${NAMED}` : '';
  return [
    `stick-table type ipv6 size 1m expire ${service.persistence}s`,
    `stick match src${unless}`,
    `stick store-request src${unless}`,
  ];
}
