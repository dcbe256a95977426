/** A client in the lab's client namespace: many requests through one process. */
import { createInterface } from 'node:readline';
import path from 'node:path';
import { untilLine } from './netns.ts';
import type { Lab } from './netns.ts';

export interface LabRequest {
  readonly kind: 'udp' | 'tcp' | 'http' | 'https' | 'ws' | 'wss';
  readonly address: string;
  readonly port: number;
  /** For HTTP and WebSocket; default `/`. */
  readonly path?: string;
  /** TLS server name and Host header. */
  readonly servername?: string;
  /** Any address of `LAB.clients` (netns-setup.ts), or the client's own. */
  readonly sourceAddress?: string;
  readonly sourcePort?: number;
  /** For UDP and TCP: the socket stays open under this name, and later requests that say it use it. */
  readonly keep?: string;
  /** Milliseconds to wait for the answer; default 2000. */
  readonly patience?: number;
}

/** What a node says of the request that reached it. */
export interface NodeAnswer {
  readonly node: string;
  readonly protocol: 'udp' | 'tcp' | 'http' | 'https';
  /** The node's own port. */
  readonly port: number;
  /** Address and port that the node saw. */
  readonly peer: string;
  /** What it was asked, in full; of HTTP and of the first word on a WebSocket there is none. */
  readonly echo?: string;
  readonly path?: string;
  readonly sni?: string | null;
  readonly forwardedFor?: string | null;
  readonly forwardedProto?: string | null;
}

/** The node's answer, or why there was none: an error code such as ECONNREFUSED, `closed`, `silence`, `status 503`. */
export type Outcome =
  | { readonly answer: NodeAnswer; readonly error?: undefined }
  | { readonly answer?: undefined; readonly error: string };

export interface LabClient {
  /** Outcomes in the order of the requests. `concurrency`: how many at a time, default 8. */
  ask(requests: readonly LabRequest[], options?: { concurrency?: number }): Promise<Outcome[]>;
}

/** @param ns where it runs; a balancer's own host is a client too */
export async function startClient(lab: Lab, ns = lab.client): Promise<LabClient> {
  const script = path.join(import.meta.dirname, 'client.mjs');
  const child = lab.spawn(ns, process.execPath, [script]);
  await untilLine(child, /^ready /);
  const waiting = new Map<number, (outcome: Outcome) => void>();
  createInterface(child.stdout).on('line', (line) => {
    const { id, ...outcome } = JSON.parse(line) as Outcome & { id: number };
    waiting.get(id)?.(outcome);
    waiting.delete(id);
  });
  child.once('close', () => {
    for (const resolve of waiting.values()) resolve({ error: 'the client process ended' });
  });
  let ids = 0;
  const one = (request: LabRequest) =>
    new Promise<Outcome>((resolve) => {
      waiting.set(++ids, resolve);
      child.stdin.write(`${JSON.stringify({ id: ids, request })}\n`);
    });
  return {
    async ask(requests, { concurrency = 8 } = {}) {
      const outcomes: Outcome[] = [];
      const queue = requests.entries();
      const worker = async () => {
        for (const [i, request] of queue) outcomes[i] = await one(request);
      };
      await Promise.all(Array.from({ length: concurrency }, worker));
      return outcomes;
    },
  };
}

/** Who answered, in the order of the requests; for one without answer, its error in brackets. */
export function whoAnswered(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((outcome) => outcome.answer?.node ?? `(${outcome.error})`);
}

/** How often each node (or error in brackets) came up. */
export function tally(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const who of whoAnswered(outcomes)) counts[who] = (counts[who] ?? 0) + 1;
  return counts;
}
