/** The shared signalling port: a pool by weight, and one member of it where the client names it by SNI. */
import type { Member, VirtualService } from '../../intent/model.ts';
import { formatEndpoint } from '../../topology/address.ts';
import type { Rule } from '../target.ts';
import { reduceWeights, totalWeight } from '../weights.ts';
import { addressFor, listenLine, serverBlock, type Block } from './listen.ts';
import { FAMILIES, poolName, type Family } from './names.ts';

/** Failed connections after which a member is left alone, and seconds for which it is. */
const MAX_FAILS = 3;
const FAIL_TIMEOUT = 10;

/** Kilobytes of shared memory: the zone itself, and one member, generously. */
const ZONE_BASE = 64;
const ZONE_PER_MEMBER = 1;

/** A consistent hash has 160 points per unit of weight, of 16 bytes each: this many units take 26 MB. */
const MAX_HASH_WEIGHT = 10_000;

export function renderPool(service: VirtualService): Block {
  const blocks = FAMILIES.map((family) => poolOf(service, family));
  return { lines: blocks.flatMap(({ lines }) => lines), rules: blocks.flatMap(({ rules }) => rules) };
}

/** The names that clients may ask for. */
export function namesOf({ naming, members }: VirtualService): string[] {
  return naming.by === 'sni' ? members.map(({ node }) => `${node}.${naming.domain}`) : [];
}

function poolOf(service: VirtualService, family: Family): Block {
  const vips = service.addresses.filter((address) => address.family === family);
  const servers = serversOf(service, family);
  // nginx takes no empty pool; without a listener clients are told at once that nobody is there.
  if (vips.length === 0 || servers.length === 0) return { lines: [], rules: [] };
  const pool = poolName(service.vip, family);
  const named = nameMap(service, family, pool);
  const entrance = named.lines.length === 0 ? pool : `$${pool}`;
  const preread = named.lines.length > 0 && service.tls !== 'terminate' ? ['ssl_preread on;'] : [];
  const zone = ZONE_BASE + ZONE_PER_MEMBER * servers.length;
  return {
    lines: [
      `  upstream ${pool} {`,
      ...(service.persistence === null ? [] : ['    hash $remote_addr consistent;']),
      // Shared by the workers, so that shares are exact over all of them.
      `    zone ${pool} ${zone}k;`,
      ...servers.map(({ text, node }) => `    ${text} # ${node}`),
      '  }',
      ...named.lines,
      ...serverBlock(service, vips, [...preread, `proxy_pass ${entrance};`]),
    ],
    rules: [
      ...vips.map((vip) => ({
        key: `${service.id} ${vip.text}`,
        text: `${listenLine(service, vip)} proxy_pass ${entrance};`,
        node: null,
      })),
      ...servers,
      ...named.rules,
    ],
  };
}

/** One `server` line per member; those of weight 0 are down: named they are reached, drawn they are not. */
function serversOf(service: VirtualService, family: Family): Rule[] {
  const weights = weightsOf(service);
  return service.members.flatMap((member) => {
    const to = endpointOf(member, family);
    if (to === undefined) return [];
    const weight = weights.get(member.node);
    const options =
      weight === undefined ? 'down' : `weight=${weight} max_fails=${MAX_FAILS} fail_timeout=${FAIL_TIMEOUT}s`;
    return [
      {
        key: `${service.id} pool${family} ${member.node}`,
        text: `server ${to} ${options};`,
        node: member.node,
      },
    ];
  });
}

/** By node; none for a weight of 0, which nginx does not know. */
function weightsOf({ members, persistence }: VirtualService): Map<string, number> {
  const positive = members.filter(({ weight }) => weight > 0);
  if (persistence === null) return new Map(positive.map(({ node, weight }) => [node, weight]));
  const reduced = reduceWeights(positive);
  const scale = Math.min(1, MAX_HASH_WEIGHT / totalWeight(reduced));
  return new Map(reduced.map(({ node, weight }) => [node, Math.max(1, Math.round(weight * scale))]));
}

/** From server name to member. Names that are not in it, and clients without one, get the pool. */
function nameMap(service: VirtualService, family: Family, pool: string): Block {
  const { naming, tls } = service;
  if (naming.by !== 'sni') return { lines: [], rules: [] };
  const rules = service.members.flatMap((member) => {
    const to = endpointOf(member, family);
    return to === undefined
      ? []
      : [
          {
            key: `${service.id} sni${family} ${member.node}`,
            text: `${member.node}.${naming.domain} ${to};`,
            node: member.node,
          },
        ];
  });
  const seen = tls === 'terminate' ? '$ssl_server_name' : '$ssl_preread_server_name';
  return {
    lines: [
      `  map ${seen} $${pool} {`,
      `    default ${pool};`,
      ...rules.map(({ text }) => `    ${text}`),
      '  }',
    ],
    rules,
  };
}

function endpointOf(member: Member, family: Family): string | undefined {
  const to = addressFor(member, family);
  return to && formatEndpoint(to, member.ports.first);
}
