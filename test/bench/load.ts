/** Requests to servers, from this process, by autocannon: how many they answered, and what it cost them. */
import autocannon from 'autocannon';
import type { ServerProcess } from './server-process.ts';

export interface Request {
  readonly path: string;
  readonly body: string;
}

export interface LoadOptions {
  /** For people, where it fails. */
  readonly name: string;
  readonly method: 'PUT' | 'POST';
  /** All together. */
  readonly connections: number;
  readonly seconds: number;
  readonly next: () => Request;
  /** Which answers count; left out: all do. */
  readonly counts?: (body: string) => boolean;
}

export interface Load {
  /** Requests per second. */
  readonly rate: number;
  /** Processor time of the servers per request, µs. */
  readonly cpu: number;
}

/** The connections are shared out among the servers. @throws Error where one is not answered with 2xx */
export async function load(servers: readonly ServerProcess[], options: LoadOptions): Promise<Load> {
  const cpu = () => servers.reduce((sum, server) => sum + server.cpu(), 0);
  const before = cpu();
  const results = await Promise.all(servers.map((server) => loadOne(server, servers.length, options)));
  const used = cpu() - before;
  const sum = (of: (result: autocannon.Result) => number) => results.reduce((all, each) => all + of(each), 0);
  const [failed, errors] = [sum(({ non2xx }) => non2xx), sum((result) => result.errors)];
  if (failed > 0 || errors > 0) {
    throw new Error(`${options.name}: ${failed} answers other than 2xx, ${errors} errors`);
  }
  return {
    rate: sum(({ requests, mismatches, duration }) => (requests.total - mismatches) / duration),
    cpu: used / sum(({ requests }) => requests.total),
  };
}

function loadOne(server: ServerProcess, of: number, options: LoadOptions): Promise<autocannon.Result> {
  const { method, connections, seconds, next, counts } = options;
  return autocannon({
    url: server.url,
    connections: connections / of,
    duration: seconds,
    ...(counts && { verifyBody: (body) => counts(String(body)) }),
    requests: [
      {
        method,
        headers: { 'content-type': 'application/json' },
        setupRequest: (request) => ({ ...request, ...next() }),
      },
    ],
  });
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
