import type { Pin } from '../topology/pins/pin.ts';
import type { PlaceResult } from './place.ts';

/**
 * Where a pinned room goes that has no place: to its node, however full that is; where it cannot, by hash, or, if the
 * pin is strict, nowhere. Why it cannot comes first among what was passed over. Pure.
 *
 * @param refusal why the node takes no new room with these wishes, if it does not
 * @param byHash where the room would go if it were not pinned
 */
export function placePinned(pin: Pin, refusal: string | undefined, byHash: () => PlaceResult): PlaceResult {
  const { node, strict } = pin;
  if (refusal === undefined) return { placed: true, node, decision: 'pin', passedOver: [] };
  const how = strict ? 'strictly pinned' : 'pinned';
  const refused = { node, reason: `the room is ${how} here, where it cannot go: ${refusal}` };
  if (strict) return { placed: false, passedOver: [refused], pin };
  const result = byHash();
  return { ...result, passedOver: [refused, ...result.passedOver.filter((other) => other.node !== node)] };
}
