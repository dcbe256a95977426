/** A dispatcher that tells of its decisions. One that does not is not made slower by that. */
import type { Allocation, RoomWishes } from '../allocation/allocation.ts';
import {
  Dispatcher,
  type ClaimResult,
  type DispatcherOptions,
  type Lookup,
} from '../dispatcher/dispatcher.ts';
import type { Claim, ClaimStore } from '../store/store.ts';
import type { Topology } from '../topology/model.ts';
import type { Attributes, Tracer } from './tracer.ts';

export class TracedDispatcher extends Dispatcher {
  readonly #tracer: Tracer;

  constructor(claims: ClaimStore, topology: Topology, options: DispatcherOptions, tracer: Tracer) {
    super(claims, topology, options);
    this.#tracer = tracer;
  }

  override claim(room: string, wishes?: Partial<RoomWishes>): Promise<ClaimResult> {
    return this.#tracer.span('claim', { attributes: about(room), outcome: claimed }, () =>
      super.claim(room, wishes),
    );
  }

  override lookup(room: string): Promise<Lookup> {
    return this.#tracer.span('lookup', { attributes: about(room), outcome: lookedUp }, () =>
      super.lookup(room),
    );
  }

  override release(room: string): Promise<Claim | undefined> {
    const outcome = (released: Claim | undefined) => ({
      'roomlb.result': released ? 'released' : 'nothing',
      'roomlb.node': released?.node,
    });
    return this.#tracer.span('release', { attributes: about(room), outcome }, () => super.release(room));
  }
}

function about(room: string): Attributes {
  return { 'roomlb.room': room };
}

function claimed(claim: ClaimResult): Attributes {
  const { result } = claim;
  return { 'roomlb.result': result, ...(result !== 'refused' && placed(claim.allocation)) };
}

function lookedUp(lookup: Lookup): Attributes {
  const { found } = lookup;
  if (found === 'claim') return { 'roomlb.result': found, ...placed(lookup.allocation) };
  return { 'roomlb.result': found, ...(found === 'displaced' && { 'roomlb.node': lookup.from }) };
}

function placed({ node, decision, degraded }: Allocation): Attributes {
  return { 'roomlb.node': node.id, 'roomlb.decision': decision, 'roomlb.degraded': degraded };
}
