import type { CredentialSource, Heartbeat, HeartbeatSource, WorkerCredentials } from '../health/sources.ts';
import type { IceCredentials } from '../stun/exchange.ts';
import type { NodeRecord } from './record.ts';
import type { Shares } from './shares.ts';
import { wordOf } from './word.ts';

/** Milliseconds for nodes to come back after this dispatcher has started: longer than any pause of theirs. */
const RETURN_LIMIT = 20_000;

/** What probes go by of what nodes reported. */
export class Reported implements CredentialSource, HeartbeatSource {
  readonly #records: ReadonlyMap<string, NodeRecord>;
  readonly #shares: Shares;
  readonly #now: () => number;
  readonly #started: number;
  #expected: ReadonlySet<string> = new Set();

  constructor(records: ReadonlyMap<string, NodeRecord>, shares: Shares, now: () => number) {
    this.#records = records;
    this.#shares = shares;
    this.#now = now;
    this.#started = now();
  }

  /** Nodes that reported before this dispatcher started: their silence means something after a while. */
  expect(nodes: Iterable<string>): void {
    this.#expected = new Set(nodes);
  }

  of(node: string, port: number): IceCredentials | undefined {
    return this.#records.get(node)?.workers.get(port)?.probe ?? undefined;
  }

  *all(): Generator<WorkerCredentials> {
    for (const { node, workers } of this.#records.values()) {
      for (const { port, probe } of workers.values()) if (probe) yield { node, port, ...probe };
    }
  }

  dead(node: string, port: number): string | undefined {
    const state = this.#records.get(node)?.workers.get(port)?.state;
    return state === 'dead' ? `the node says that its media worker of port ${port} died` : undefined;
  }

  last(node: string): Heartbeat | undefined {
    const record = this.#records.get(node);
    if (record) {
      const { rooms, participants, consumers } = record.status;
      return { at: record.lastHeard, ...this.word(record), detail: { rooms, participants, consumers } };
    }
    const missing = this.#expected.has(node) && this.#now() - this.#started > RETURN_LIMIT;
    return missing ? { at: this.#started, state: 'serving' } : undefined;
  }

  /** What the node's reports amount to. */
  word({ status, left, node }: NodeRecord): Pick<Heartbeat, 'state' | 'why'> {
    return wordOf(status, left, this.#shares.ports(node));
  }
}
