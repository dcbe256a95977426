/** The nodes behind one VIP. */
import { listPorts } from '../topology/ports.ts';
import type { NodeDocument } from '../topology/schema.ts';
import type { SeenMember } from '../targets/seen.ts';
import { distinct, nameOf } from './naming.ts';
import type { Roles } from './roles.ts';
import type { WhoIsWho } from './who-is-who.ts';

/** All that is said of one node. */
interface Said {
  readonly all: SeenMember[];
  readonly shared: SeenMember[];
  readonly own: SeenMember[];
  readonly media: { readonly member: SeenMember; readonly ports: readonly number[] }[];
}

/**
 * By the name that `who` gives a node.
 *
 * @param notes what had to be guessed, or could not be said is added here
 */
export function nodeDocuments(
  vip: string,
  roles: Roles,
  who: WhoIsWho,
  notes: string[],
): Map<string, NodeDocument> {
  const nodes = new Map<string, Said>();
  const said = (member: SeenMember): Said => {
    const key = who.nodeOf(member);
    const known = nodes.get(key) ?? { all: [], shared: [], own: [], media: [] };
    nodes.set(key, known);
    known.all.push(member);
    return known;
  };
  for (const what of ['shared', 'own'] as const) {
    for (const { members, ports } of roles[what])
      for (const member of members) said(member)[what].push({ ...member, port: member.port ?? ports.first });
  }
  for (const { members, ports } of roles.media)
    for (const member of members) said(member).media.push({ member, ports: listPorts(ports) });
  const pooled = roles.shared.length > 0;
  return new Map([...nodes].map(([key, one]) => [key, nodeDocument({ vip, pooled }, key, one, notes)]));
}

/** @param pooled the VIP has a port that nodes share */
function nodeDocument(
  { vip, pooled }: { readonly vip: string; readonly pooled: boolean },
  key: string,
  { all, shared, own, media }: Said,
  notes: string[],
): NodeDocument {
  const addresses = distinct(all.map(({ address }) => address)).sort((a, b) => a.family - b.family);
  const id = nameOf(key, all.find(({ node }) => node !== null)?.node ?? null, 'node', addresses);
  const signalling = [...shared, ...own].find(({ port }) => port !== null)?.port ?? null;
  const draining = isDraining(shared, media);
  const closed = shared.length > 0 && shared.every(({ usable }) => !usable);
  const weights = [...new Set(shared.flatMap((member) => member.weight ?? []))];
  const said = weights.length > 0 ? Math.max(...weights) : null;
  if (weights.length > 1)
    notes.push(`node ${id} has weights ${weights.join(' and ')} at different addresses; the largest counts`);
  // A topology puts every node behind the shared port; what takes nothing there has weight 0.
  const outside = pooled && shared.length === 0;
  if (outside)
    notes.push(`node ${id} is not behind the shared port of VIP ${vip}, for which weight 0 stands`);
  const weight = (closed || outside) && !draining ? 0 : said;
  const monitor = all.find((member) => member.monitor?.kind === 'http')?.monitor;
  const stunPort = all.find((member) => member.stunPort !== null)?.stunPort ?? null;
  if (shared.some((member) => member.stunPort !== null && member.monitor === null))
    notes.push(`node ${id} is asked by STUN alone, where a topology has its signalling port asked as well`);
  if (draining && (weight ?? 0) === 0) notes.push(`node ${id} is drained, so that its weight is not known`);
  if (addresses.length > 2 || new Set(addresses.map(({ family }) => family)).size < addresses.length)
    notes.push(`node ${id} has several addresses of one family, of which a topology takes one`);
  return {
    id,
    kind: 'mediasoup',
    vip,
    addresses: addresses
      .filter(({ family }, i, list) => list.findIndex((other) => other.family === family) === i)
      .map(({ text }) => text),
    ...(weight !== null && !(draining && weight === 0) && { weight }),
    ...(signalling !== null && { signallingPort: signalling }),
    ...mediaPorts(id, media, notes),
    ...(monitor && { healthPort: monitor.port }),
    ...(stunPort !== null && { stunPort }),
    ...(draining && { state: 'draining' as const }),
  };
}

/** Weight 0 in the pool with media that goes on is `weight: 0`; where media takes nothing new either, draining. */
function isDraining(shared: Said['shared'], media: Said['media']): boolean {
  if (media.length > 0) return media.every(({ member }) => !member.usable);
  return shared.length > 0 && shared.every(({ usable }) => !usable);
}

function mediaPorts(id: string, media: Said['media'], notes: string[]): Pick<NodeDocument, 'mediaPorts'> {
  const ports = [...new Set(media.flatMap((one) => one.ports))].sort((a, b) => a - b);
  const [first, last] = [ports[0], ports.at(-1)];
  if (first === undefined || last === undefined) return {};
  if (last - first + 1 !== ports.length)
    notes.push(`media ports of node ${id} have gaps, which a topology does not: ${ports.join(', ')}`);
  return { mediaPorts: first === last ? String(first) : `${first}-${last}` };
}
