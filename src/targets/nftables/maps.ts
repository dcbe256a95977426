/** Services of one member as elements of maps: one look-up per packet, however many nodes there are. */
import type { VirtualService } from '../../intent/model.ts';
import { PROTOCOLS } from '../../topology/model.ts';
import { formatPorts } from '../../topology/ports.ts';
import type { Rule } from '../target.ts';
import { FAMILIES, mediaMap, signallingMap, type Family } from './names.ts';

interface MapShape {
  readonly name: string;
  /** nft's words for what it maps, and its flags. */
  readonly header: readonly string[];
}

export interface Maps {
  readonly lines: readonly string[];
  readonly rules: readonly Rule[];
}

/**
 * Every map there can be, empty ones too: rules and drivers find them whatever the cluster holds. A
 * media map takes ranges (`flags interval`, concatenated: kernel 5.6) and keeps the port.
 */
const SHAPES: readonly MapShape[] = [
  ...PROTOCOLS.flatMap((protocol) =>
    FAMILIES.map((family) => ({
      name: mediaMap(protocol, family),
      header: [`type ipv${family}_addr . inet_service : ipv${family}_addr`, 'flags interval'],
    })),
  ),
  ...FAMILIES.map((family) => ({
    name: signallingMap(family),
    header: [`type ipv${family}_addr . inet_service : ipv${family}_addr . inet_service`],
  })),
];

export function renderMaps(services: readonly VirtualService[]): Maps {
  const elements = new Map(SHAPES.map(({ name }): [string, string[]] => [name, []]));
  const rules: Rule[] = [];
  for (const service of services) {
    for (const { map, text, rule } of elementsOf(service)) {
      elements.get(map)?.push(`      ${text},`);
      rules.push(rule);
    }
  }
  const lines = SHAPES.flatMap(({ name, header }) => [
    `  map ${name} {`,
    ...header.map((line) => `    ${line}`),
    ...elementLines(elements.get(name) ?? []),
    '  }',
  ]);
  return { lines, rules };
}

/** nft takes no empty list of elements. */
function elementLines(elements: readonly string[]): string[] {
  return elements.length === 0 ? [] : ['    elements = {', ...elements, '    }'];
}

interface Element {
  readonly map: string;
  readonly text: string;
  readonly rule: Rule;
}

/**
 * One element per VIP address that the member can be reached from. None for a member of weight 0, a
 * draining node's media: what conntrack knows goes on, and nothing new comes.
 */
function elementsOf(service: VirtualService): Element[] {
  const [member] = service.members;
  if (service.role === 'signalling' || !member || member.weight === 0) return [];
  return service.addresses.flatMap((vip): Element[] => {
    const to = member.addresses.find(({ family }) => family === vip.family);
    if (!to) return [];
    const map = mapOf(service, vip.family);
    const value = service.role === 'media' ? to.text : `${to.text} . ${member.ports.first}`;
    // The comment is what `nft list` shows: which node an element is about.
    const text = `${vip.text} . ${formatPorts(service.ports)} comment "${member.node}" : ${value}`;
    return [
      {
        map,
        text,
        rule: { key: `${service.id} ${vip.text}`, text: `${map} { ${text} }`, node: member.node },
      },
    ];
  });
}

function mapOf({ role, protocol }: VirtualService, family: Family): string {
  return role === 'media' ? mediaMap(protocol, family) : signallingMap(family);
}
