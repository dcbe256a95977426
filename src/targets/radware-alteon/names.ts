/**
 * Ids of Alteon objects: up to 32 characters; letters, digits, `-` and `_` in every version. All begin with
 * rl. Real servers, groups, virtual servers and health checks have ids of their own each.
 */
import type { Protocol } from '../../topology/model.ts';
import { frontIds, nodeIds, vipIds, type CarriedService, type Front } from '../dialect/carried.ts';
import { checkKey, type Check } from '../dialect/checks.ts';
import { namer } from '../dialect/names.ts';

/** What stands around an id, such as `rlm-` and `-v4`, takes seven. */
const RULES = { max: 32 - 7, without: '.' } as const;

export interface Names {
  readonly real: (node: string, family: 4 | 6) => string;
  /** Group behind the shared signalling port. */
  readonly pool: (vip: string, family: 4 | 6) => string;
  /** Group of one node: for its media, and for its signalling port. */
  readonly media: (node: string, family: 4 | 6) => string;
  readonly own: (node: string, family: 4 | 6) => string;
  readonly virt: (front: Front, protocol: Protocol) => string;
}

export function namesFor(services: readonly CarriedService[]): Names {
  const vip = namer(vipIds(services), RULES);
  const front = namer(frontIds(services), RULES);
  const node = namer(nodeIds(services), RULES);
  return {
    real: (id, family) => `rl-${node(id)}-v${family}`,
    pool: (id, family) => `rlp-${vip(id)}-v${family}`,
    media: (id, family) => `rlm-${node(id)}-v${family}`,
    own: (id, family) => `rlo-${node(id)}-v${family}`,
    // One for each protocol: a service is told from others of its virtual server by its port alone.
    virt: ({ id, address }, protocol) =>
      `rl${protocol === 'udp' ? 'u' : 't'}-${front(id)}-v${address.family}`,
  };
}

/** Underscores, since these are operands of logical expressions as well. */
export function healthName(checks: readonly Check[]): string {
  return ['rl', ...checks.map((check) => checkKey(check).replace('-', '_'))].join('_');
}
