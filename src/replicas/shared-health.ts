import { Ajv } from 'ajv';
import Type from 'typebox';
import type { HealthState, Observed } from '../cluster/view.ts';
import type { Coordination } from '../store/store.ts';
import type { Membership } from './membership.ts';
import { Probers } from './probers.ts';
import { quorum, type Verdict } from './quorum.ts';

/** Replicas that probe one node. */
export const PROBERS = 3;

/** The part of what is observed that replicas agree on. */
export type Believed = Pick<Observed, 'health' | 'factors' | 'serving'>;

const States = Type.Unsafe<HealthState>({ type: 'string', enum: ['up', 'suspect', 'down', 'unknown'] });
/** By node: what is published. */
const Published = Type.Record(
  Type.String(),
  Type.Object({
    state: States,
    factor: Type.Number({ minimum: 0, maximum: 1 }),
    serving: Type.Array(Type.Integer()),
  }),
);
type Published = Readonly<Record<string, Verdict>>;
const isPublished = new Ajv().compile<Published>(Published);

export interface SharedHealthOptions {
  readonly coordination: Coordination;
  readonly membership: Membership;
  /** Milliseconds between two looks at what others believe, should nobody tell of news. */
  readonly poll?: number;
}

/**
 * The health of nodes as the replicas see it together: each probes some of the nodes, publishes what it believes of
 * them, and takes for true what the quorum of each node's probers says.
 */
export class SharedHealth {
  readonly #options: SharedHealthOptions;
  readonly #ends: (() => void)[] = [];
  #probers: Probers;
  /** Of the nodes that this replica probes. */
  #own: Published = {};
  #others: ReadonlyMap<string, Published> = new Map();
  /** What was agreed on last: it holds while nobody votes. */
  readonly #agreed = new Map<string, Verdict>();
  #published = '';
  #publishing = false;
  #changed: { readonly assigned: () => void; readonly news: () => void } | undefined;

  constructor(options: SharedHealthOptions) {
    this.#options = options;
    this.#probers = probersOf(options.membership);
  }

  /**
   * @param changed `assigned`: other nodes are to be probed; `news`: others believe something else
   */
  start(changed: { readonly assigned: () => void; readonly news: () => void }): void {
    const { coordination, membership, poll = 500 } = this.#options;
    this.#changed = changed;
    const timer = setInterval(() => void this.#read(), poll);
    this.#ends.push(
      () => clearInterval(timer),
      coordination.listen(() => void this.#read()),
      membership.onChange(() => {
        this.#probers = probersOf(membership);
        changed.assigned();
        changed.news();
      }),
    );
    void this.#read();
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  /** Whether this replica is to probe the node. */
  probes(node: string): boolean {
    return this.#probers.of(node).includes(this.#options.membership.self);
  }

  /** What all believe, given what this replica found out by itself; that is published. */
  agree(own: Believed, nodes: Iterable<string>): Believed {
    this.#own = verdictsOf(own, (node) => this.probes(node));
    void this.#publish();
    const health = new Map<string, HealthState>();
    const factors = new Map<string, number>();
    const serving = new Map<string, ReadonlySet<number>>();
    const wanted = new Set(nodes);
    for (const node of this.#agreed.keys()) if (!wanted.has(node)) this.#agreed.delete(node);
    for (const node of wanted) {
      const verdict = this.#verdict(node) ?? verdictOn(own, node);
      if (!verdict) continue;
      health.set(node, verdict.state);
      if (verdict.factor < 1) factors.set(node, verdict.factor);
      if (verdict.state === 'down' && verdict.serving.length > 0) serving.set(node, new Set(verdict.serving));
    }
    return { health, factors, serving };
  }

  #verdict(node: string): Verdict | undefined {
    const { self } = this.#options.membership;
    const said = this.#probers
      .of(node)
      .flatMap((replica) => saidBy(replica === self ? this.#own : this.#others.get(replica), node) ?? []);
    const agreed = quorum(said) ?? this.#agreed.get(node);
    if (agreed) this.#agreed.set(node, agreed);
    return agreed;
  }

  /** What is not told now is told by the next change, or the next look. */
  async #publish(): Promise<void> {
    const json = JSON.stringify(this.#own);
    if (this.#publishing || json === this.#published) return;
    this.#publishing = true;
    try {
      await this.#options.coordination.publish(json);
      this.#published = json;
    } catch {
      this.#published = '';
      return;
    } finally {
      this.#publishing = false;
    }
    // It may have changed meanwhile.
    void this.#publish();
  }

  async #read(): Promise<void> {
    void this.#publish();
    const { coordination } = this.#options;
    try {
      const all = await coordination.verdicts();
      // Redis may have come back without it.
      if (!all.has(coordination.id)) this.#published = '';
      this.#others = new Map([...all].map(([replica, json]) => [replica, read(json)]));
    } catch {
      return;
    }
    this.#changed?.news();
  }
}

function probersOf({ alive }: Membership): Probers {
  return new Probers(
    alive.map(({ id }) => id),
    PROBERS,
  );
}

function verdictsOf(own: Believed, mine: (node: string) => boolean): Published {
  const nodes = [...own.health.keys()].filter(mine);
  return Object.fromEntries(
    nodes.flatMap((node) => {
      const verdict = verdictOn(own, node);
      return verdict ? [[node, verdict] as const] : [];
    }),
  );
}

/** Undefined where nothing is known of it. */
function verdictOn({ health, factors, serving }: Believed, node: string): Verdict | undefined {
  const state = health.get(node);
  return state && { state, factor: factors.get(node) ?? 1, serving: [...(serving.get(node) ?? [])] };
}

/** What another replica published; nothing where it is of a version that this one does not know. */
function read(json: string): Published {
  const value: unknown = JSON.parse(json);
  return isPublished(value) ? value : {};
}

/** Ids are data: one may be called `constructor`. */
function saidBy(verdicts: Published | undefined, node: string): Verdict | undefined {
  return verdicts && Object.hasOwn(verdicts, node) ? verdicts[node] : undefined;
}
