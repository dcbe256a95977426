/** Many clients at once that ask several dispatchers for places, and go to another where one does not answer. */
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds after which a client gives up on one dispatcher, and on all of them. */
const PATIENCE = { one: 10_000, all: 120_000 };

export interface CrowdOptions {
  /** Ports of the dispatchers on loopback. */
  readonly ports: readonly number[];
  readonly clients: number;
  readonly allocations: number;
  /** The room of an allocation, by its number. */
  readonly roomOf: (n: number) => string;
}

interface Answer {
  readonly node: { readonly id: string };
  readonly degraded?: boolean;
}

export class Crowd {
  /** Nodes that each room was answered with, in order. */
  readonly nodes = new Map<string, Set<string>>();
  /** Allocations answered by the dispatcher that was asked first. */
  atFirst = 0;
  /** Answered without the store. */
  degraded = 0;
  /** Answered at all. */
  done = 0;
  readonly #options: CrowdOptions;
  readonly #agent: Agent;
  #begun = 0;

  constructor(options: CrowdOptions) {
    this.#options = options;
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.clients });
  }

  /** Resolves when all allocations are answered. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.clients }, () => this.#client()));
    this.#agent.destroy();
  }

  /** Resolves when this share of all allocations is answered; 1 is all. */
  async until(share: number): Promise<void> {
    while (this.done < share * this.#options.allocations) await sleep(5);
  }

  async #client(): Promise<void> {
    const { allocations, roomOf } = this.#options;
    while (this.#begun < allocations) {
      const n = this.#begun++;
      await this.#allocate(n, roomOf(n));
      this.done++;
    }
  }

  async #allocate(n: number, room: string): Promise<void> {
    const { ports } = this.#options;
    const limit = Date.now() + PATIENCE.all;
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#ask(ports[(n + attempt) % ports.length]!, room);
      if (answer) {
        if (attempt === 0) this.atFirst++;
        if (answer.degraded) this.degraded++;
        const nodes = this.nodes.get(room) ?? new Set();
        this.nodes.set(room, nodes.add(answer.node.id));
        return;
      }
      assert.ok(Date.now() < limit, `nobody places ${room}`);
      // Every dispatcher was asked: a moment for one of them to come back.
      if (attempt % ports.length === ports.length - 1) await sleep(20);
    }
  }

  /** Undefined where there is no answer, or one that says to ask again. */
  #ask(port: number, room: string): Promise<Answer | undefined> {
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, method: 'PUT', timeout: PATIENCE.one };
      const asked = request(`http://127.0.0.1:${port}/v1/rooms/${room}`, options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('error', () => resolve(undefined));
        response.on('end', () => {
          const { statusCode = 0 } = response;
          if (statusCode < 300) resolve(JSON.parse(text) as Answer);
          else if (statusCode === 503) resolve(undefined);
          else reject(new Error(`${statusCode} for ${room}: ${text}`));
        });
      });
      asked.on('timeout', () => asked.destroy());
      asked.on('error', () => resolve(undefined));
      asked.end();
    });
  }
}
