/**
 * Names of ITD services ("itd": up to 20 characters) and device groups, which are kept as short. All begin with RL,
 * so that it shows whose they are. What is named is told apart by the letter behind it.
 */
import { nodeIds, vipIds, type CarriedService } from '../dialect/carried.ts';
import { namer } from '../dialect/names.ts';

const MAX = 20;

export interface Names {
  /** Service of one VIP. */
  readonly service: (vip: string, family: 4 | 6) => string;
  /** Device group behind the shared signalling port. */
  readonly pool: (vip: string, family: 4 | 6) => string;
  /** Device group of one node. */
  readonly node: (node: string, family: 4 | 6) => string;
}

export function namesFor(services: readonly CarriedService[]): Names {
  // `RLB-` and `-v4` take seven.
  const rules = { max: MAX - 7, ignoresCase: true };
  const vip = namer(vipIds(services), rules);
  const node = namer(nodeIds(services), rules);
  return {
    service: (id, family) => `RLB-${vip(id)}-v${family}`,
    pool: (id, family) => `RLP-${vip(id)}-v${family}`,
    node: (id, family) => `RLN-${node(id)}-v${family}`,
  };
}
