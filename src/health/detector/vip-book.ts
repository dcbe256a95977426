/** Counts the verdicts of all paths through each VIP address, to tell a broken rule from a VIP out of reach. */
import type { VipEvent } from '../events.ts';
import type { VipStunEndpoint } from '../endpoint.ts';
import type { Protocol } from '../../topology/model.ts';
import { VIP_UNREACHABLE_HINT, type Verdict } from './paths.ts';

/** One VIP address and transport, as shown to people. */
export interface VipHealth {
  readonly vip: string;
  readonly address: string;
  readonly transport: Protocol;
  /** Null: no path through it was judged yet. */
  readonly reachable: boolean | null;
  /** Paths by verdict. */
  readonly paths: Readonly<Record<Verdict, number>>;
}

interface Page {
  readonly endpoint: VipStunEndpoint;
  readonly counts: Record<Verdict, number>;
  /** Paths that are fine, by endpoint id, and since when: the oldest first. */
  readonly fine: Map<string, number>;
  deadSince: number | null;
  unreachable: boolean;
}

export class VipBook {
  readonly #pages = new Map<string, Page>();

  /** The verdict on one path changed at that time; from null: the path is new. To be told in order of time. */
  turn(endpoint: VipStunEndpoint, from: Verdict | null, to: Verdict, at: number): void {
    const key = keyOf(endpoint);
    const page = this.#pages.get(key) ?? newPage(endpoint);
    this.#pages.set(key, page);
    if (from) page.counts[from]--;
    page.counts[to]++;
    if (to === 'fine') page.fine.set(endpoint.id, at);
    else page.fine.delete(endpoint.id);
    if (page.counts.dead === 0) page.deadSince = null;
    else page.deadSince ??= at;
  }

  /** What was told of addresses that are still there, from the book before this one: it is not told again. */
  takeOver(before: VipBook): void {
    for (const [key, page] of this.#pages) page.unreachable = before.#pages.get(key)?.unreachable ?? false;
  }

  /** Whether a path through the same VIP address and transport is fine now, and has been since that time. */
  works(endpoint: VipStunEndpoint, since: number): boolean {
    const [oldest] = this.#pages.get(keyOf(endpoint))?.fine.values() ?? [];
    return oldest !== undefined && oldest <= since;
  }

  /** A copy, sorted as its paths are. */
  show(): VipHealth[] {
    return [...this.#pages.values()].map(({ endpoint, counts, unreachable }) => {
      const { vip, address, transport } = endpoint;
      const judged = counts.fine + counts.dead + counts['wrong-node'] > 0;
      const reachable = judged ? !unreachable : null;
      return { vip, address: address.text, transport, reachable, paths: { ...counts } };
    });
  }

  /**
   * VIP addresses that went out of reach or came back. One is out of reach when a path is dead, none is fine,
   * and every other has been judged too, or had so many milliseconds to be.
   */
  changes(now: number, patience: number): VipEvent[] {
    const events: VipEvent[] = [];
    for (const page of this.#pages.values()) {
      const { counts, deadSince, endpoint } = page;
      const waited = deadSince !== null && (counts.unknown === 0 || now - deadSince > patience);
      const unreachable = counts.fine === 0 && (waited || page.unreachable);
      if (unreachable === page.unreachable) continue;
      page.unreachable = unreachable;
      events.push({
        type: unreachable ? 'vip.unreachable' : 'vip.reachable',
        at: now,
        vip: endpoint.vip,
        address: endpoint.address.text,
        transport: endpoint.transport,
        hint: unreachable ? VIP_UNREACHABLE_HINT : '',
      });
    }
    return events;
  }
}

function newPage(endpoint: VipStunEndpoint): Page {
  return {
    endpoint,
    fine: new Map(),
    counts: { fine: 0, dead: 0, 'wrong-node': 0, unproven: 0, unknown: 0 },
    deadSince: null,
    unreachable: false,
  };
}

function keyOf({ vip, address, transport }: VipStunEndpoint): string {
  return `${vip} ${address.text} ${transport}`;
}
