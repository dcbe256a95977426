/**
 * Names of IOS SLB objects: up to 15 characters ("ip slb serverfarm", "ip slb vserver", "ip slb probe" in
 * the Command Reference). All begin with RL, so that it shows whose they are. VIPs and nodes are told apart
 * by the letter behind it, and ports stand in front of ids, so no two kinds can meet.
 */
import type { Protocol } from '../../topology/model.ts';
import { frontIds, nodeIds, vipIds, type CarriedService } from '../dialect/carried.ts';
import type { Check } from '../dialect/checks.ts';
import { namer } from '../dialect/names.ts';

const MAX = 15;

export interface Names {
  probe(check: Check): string;
  /** The pool behind a shared signalling port. */
  pool(vip: string): string;
  /** A farm of one node: for its media ports, and for its signalling port. */
  media(node: string): string;
  own(node: string): string;
  /** One virtual server. */
  front(front: string, protocol: Protocol, port: number): string;
  /** HSRP group of the VIP. */
  group(vip: string): string;
}

export function namesFor(services: readonly CarriedService[]): Names {
  // `RLS-`, `RLM-`, `RLP-` and `RLG-` take four characters; `RLU40000-` takes nine.
  const vip = namer(vipIds(services), { max: MAX - 4, ignoresCase: true });
  const front = namer(frontIds(services), { max: MAX - 9, ignoresCase: true });
  const node = namer(nodeIds(services), { max: MAX - 4, ignoresCase: true });
  return {
    probe: ({ kind, port }) => `RL-${kind.toUpperCase()}-${port}`,
    pool: (id) => `RLS-${vip(id)}`,
    media: (id) => `RLM-${node(id)}`,
    own: (id) => `RLP-${node(id)}`,
    front: (id, protocol, port) => `RL${protocol === 'udp' ? 'U' : 'T'}${port}-${front(id)}`,
    group: (id) => `RLG-${vip(id)}`,
  };
}

/** Pool of source addresses for one-arm VIPs, which the operator defines. */
export const SNAT_POOL = 'RL-SNAT';
