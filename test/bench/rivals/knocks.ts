/** From when on new connections through a VIP land on a healthy node, as a client in the network sees it. */
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Lab } from '../../lab/netns.ts';

interface Knock {
  readonly name: string;
  readonly seq: number;
  readonly at: number;
  readonly node: string | null;
}

/** Turn by turn the lost node would have been met five times in as many connections. */
const IN_A_ROW = 10;

export class Knocks {
  readonly #victim: string;
  readonly #fine = new Map<string, Map<number, number>>();
  #began = Infinity;

  /** Begins at once, and ends with the lab. @param urls by the name that they are asked for */
  constructor(lab: Lab, urls: Readonly<Record<string, string>>, victim: string) {
    this.#victim = victim;
    const targets = Object.entries(urls).map(([name, url]) => `${name}=${url}`);
    const script = path.join(import.meta.dirname, 'knock.mjs');
    const child = lab.spawn(lab.client, process.execPath, [script, ...targets]);
    child.stderr.resume();
    createInterface(child.stdout).on('line', (line) => this.#hear(JSON.parse(line) as Knock));
  }

  /** @param began milliseconds since the epoch: connections that began before don't count */
  begin(began: number): void {
    this.#began = began;
    this.#fine.clear();
  }

  /** Milliseconds from `begin` to the first of many connections in a row that all landed elsewhere. */
  elsewhere(name: string): number | undefined {
    const fine = [...(this.#fine.get(name) ?? [])].sort(([a], [b]) => a - b);
    const first = fine.find(([seq], i) => fine[i + IN_A_ROW - 1]?.[0] === seq + IN_A_ROW - 1);
    return first && first[1] - this.#began;
  }

  #hear({ name, seq, at, node }: Knock): void {
    if (at < this.#began || node === null || node === this.#victim) return;
    const fine = this.#fine.get(name) ?? new Map<number, number>();
    this.#fine.set(name, fine.set(seq, at));
  }
}
