import { toClaim } from '../claim.ts';
import { promised } from '../promised.ts';
import { checkQuery } from '../page.ts';
import { checkRoom } from '../room.ts';
import {
  StoreFull,
  StoreUnavailable,
  type Claim,
  type ClaimPage,
  type ClaimStore,
  type CreateResult,
  type ListQuery,
  type MoveResult,
  type Place,
} from '../store.ts';
import { Turns } from '../turns.ts';
import type { ClaimView } from './claim-view.ts';
import type { Learner } from './learner.ts';
import type { Link } from './link.ts';
import type { Remote, Written } from './remote.ts';

export interface SharedClaimsOptions {
  readonly remote: Remote;
  readonly view: ClaimView;
  readonly learner: Learner;
  readonly link: Link;
  /** Most claims there may be. */
  readonly maxClaims: number;
}

/**
 * Claims of a store outside the process. While it answers, it decides. While it does not, the last view answers, and
 * what is changed then is noted, to be brought to the store. The call that finds out that it is lost rejects with a
 * StoreUnavailable where the caller would decide otherwise without it (`create`, `move`): asked again, it is answered.
 */
export class SharedClaims implements ClaimStore {
  readonly #options: SharedClaimsOptions;
  /** Of one room, one change at a time. */
  readonly #turns = new Turns();

  constructor(options: SharedClaimsOptions) {
    this.#options = options;
  }

  get degraded(): boolean {
    return this.#options.link.why !== null;
  }

  async get(room: string): Promise<Claim | undefined> {
    checkRoom(room);
    const { view, remote } = this.#options;
    if (this.#isHere(room)) return view.held(room);
    try {
      return (await this.#options.link.attempt(() => remote.get(room)))?.claim;
    } catch (error) {
      return this.#unlessLost(error, () => view.held(room));
    }
  }

  create(room: string, claim: Claim): Promise<CreateResult> {
    return this.#inTurn(room, claim, async (wanted) => {
      const { view, remote, maxClaims } = this.#options;
      const held = view.held(room);
      if (this.#isHere(room)) {
        if (held) return { created: false, claim: held };
        if (view.table.total >= maxClaims) throw new StoreFull(`no more than ${maxClaims} claims fit`);
        view.note(room, wanted);
        return { created: true, claim: wanted };
      }
      const write = () => remote.create(room, wanted);
      const { done, held: now } = await this.#write(room, held ? 'nothing' : wanted, write);
      if (!now) throw new Error('a claim that was made, or was there, is not there');
      return { created: done, claim: now.claim };
    });
  }

  move(room: string, expectedNode: string, claim: Claim): Promise<MoveResult> {
    return this.#inTurn(room, claim, async (wanted) => {
      const { view, remote } = this.#options;
      const held = view.held(room);
      const expected = held?.node === expectedNode;
      if (this.#isHere(room)) {
        if (!expected) return { moved: false, claim: held };
        view.note(room, wanted);
        return { moved: true, claim: wanted };
      }
      const write = () => remote.move(room, expectedNode, wanted);
      const { done, held: now } = await this.#write(room, expected ? wanted : 'nothing', write);
      return { moved: done, claim: now?.claim };
    });
  }

  release(room: string): Promise<Claim | undefined> {
    return promised(() => {
      checkRoom(room);
      return this.#turns.take(room, async () => {
        const { view, remote, learner } = this.#options;
        const here = (): Claim | undefined => {
          const held = view.held(room);
          view.note(room, undefined);
          return held;
        };
        if (this.#isHere(room)) return here();
        const answered = learner.releasing(room);
        let own = true;
        try {
          const assumed = view.held(room) ? undefined : 'nothing';
          const { done, released } = await this.#write(room, assumed, () => remote.release(room));
          own = done;
          return released;
        } catch (error) {
          return this.#unlessLost(error, here);
        } finally {
          answered(own);
        }
      });
    });
  }

  async list(query: ListQuery): Promise<ClaimPage> {
    const { view, remote, link } = this.#options;
    const checked = checkQuery(query);
    if (this.degraded) return view.table.page(checked);
    try {
      return await link.attempt(() => remote.list(checked));
    } catch (error) {
      return this.#unlessLost(error, () => view.table.page(checked));
    }
  }

  loads(): ReadonlyMap<string, number> {
    return this.#options.view.table.loads;
  }

  total(): number {
    return this.#options.view.table.total;
  }

  async renew(places: readonly Place[]): Promise<readonly (string | undefined)[]> {
    const { view, remote, link } = this.#options;
    const here = () => places.map(({ room }) => view.held(room)?.node);
    if (this.degraded) return here();
    try {
      return await link.attempt(() => remote.renew(places));
    } catch (error) {
      return this.#unlessLost(error, here);
    }
  }

  released(room: string): boolean {
    return this.#options.view.released(room);
  }

  /** Resolves when every change made so far is settled. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }

  /** Brings to the store what was changed without it. Answers with what others had decided otherwise meanwhile. */
  async settle(): Promise<
    readonly { readonly ours: Claim; readonly room: string; readonly theirs: Claim }[]
  > {
    const { view, remote, learner } = this.#options;
    const conflicts: { ours: Claim; room: string; theirs: Claim }[] = [];
    const one = (room: string) =>
      this.#turns.take(room, async () => {
        const change = view.pending.get(room);
        if (!change) return;
        const written = await remote.settle(room, change.base, change.claim);
        const { done, held } = written;
        learner.settled(change, written);
        if (!done && held && change.claim) conflicts.push({ room, ours: change.claim, theirs: held.claim });
      });
    const rooms = [...view.pending.keys()];
    for (let start = 0; start < rooms.length; start += AT_ONCE) {
      await Promise.all(rooms.slice(start, start + AT_ONCE).map(one));
    }
    return conflicts;
  }

  /** What was changed without the store is answered without it, until the store has it. */
  #isHere(room: string): boolean {
    const { view, learner } = this.#options;
    const here = this.degraded || view.pending.has(room);
    // What is done here is told at once: what came before it must have been.
    if (here) learner.flush();
    return here;
  }

  #inTurn<T>(room: string, claim: Claim, action: (wanted: Claim) => Promise<T>): Promise<T> {
    return promised(() => {
      checkRoom(room);
      const wanted = toClaim(claim);
      return this.#turns.take(room, () => action(wanted));
    });
  }

  /** @param assumed what the room will have; `nothing`: as far as is known, nothing changes */
  async #write<T extends Written>(
    room: string,
    assumed: Claim | undefined | 'nothing',
    write: () => Promise<T>,
  ): Promise<T> {
    const { view, link, learner } = this.#options;
    const settled = assumed === 'nothing' ? () => undefined : view.assume(room, assumed);
    try {
      const written = await link.attempt(write);
      learner.answered(room, written);
      return written;
    } finally {
      settled();
    }
  }

  #unlessLost<T>(error: unknown, here: () => T): T {
    if (error instanceof StoreUnavailable) return here();
    throw error;
  }
}

/** Changes that are brought at once. */
const AT_ONCE = 200;
