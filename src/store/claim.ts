import { ID_PATTERN } from '../topology/patterns.ts';
import type { Claim } from './store.ts';

/** Stores build keys of ids. */
const NODE_ID = new RegExp(ID_PATTERN);

/**
 * A frozen copy with the fields of a claim and no others, so that every store answers alike. A
 * RangeError where the node's id is none.
 */
export function toClaim(claim: Claim): Claim {
  const { node, kind, zone, participants, nodeKind, vip } = claim;
  if (!NODE_ID.test(node)) throw new RangeError(`${JSON.stringify(node)} is not the id of a node`);
  return Object.freeze({ node, kind, zone, participants, nodeKind, vip });
}
