/** What monitors and Prometheus read: `GET /health` and `GET /metrics`, and nothing else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { allListening } from './listening.ts';
import type { NodeHealth } from './status.ts';

export interface HealthServerOptions {
  readonly node: string;
  readonly addresses: readonly string[];
  readonly port: number;
  readonly health: () => NodeHealth;
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
}

/** Connections at once and address: monitors open few, and a flood must not cost the node its memory. */
const MAX_CONNECTIONS = 256;

export class HealthServer {
  readonly #options: HealthServerOptions;
  readonly #servers: readonly Server[];

  private constructor(options: HealthServerOptions) {
    this.#options = options;
    this.#servers = options.addresses.map(() => {
      const limits = {
        requestTimeout: 5000,
        headersTimeout: 5000,
        keepAliveTimeout: 5000,
        maxHeaderSize: 8192,
      };
      const server = createServer(limits, (request, response) => void this.#answer(request, response));
      server.maxConnections = MAX_CONNECTIONS;
      return server;
    });
  }

  /** Fails if an address is not there or the port is taken. */
  static async start(options: HealthServerOptions): Promise<HealthServer> {
    const health = new HealthServer(options);
    await allListening(
      health.#servers,
      options.addresses,
      (server, host) => server.listen({ port: options.port, host, ipv6Only: true }),
      () => health.close(),
    );
    return health;
  }

  close(): void {
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0];
    if (path !== '/health' && path !== '/metrics') {
      send(response, 404, 'text/plain', 'not found\n');
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      send(response, 405, 'text/plain', 'GET or HEAD\n');
      return;
    }
    if (path === '/metrics') {
      const { type, text } = await this.#options.metrics();
      send(response, 200, type, text);
      return;
    }
    const { healthy, phase, workers } = this.#options.health();
    const body = { status: healthy ? 'ok' : 'failing', node: this.#options.node, phase, workers };
    send(response, healthy ? 200 : 503, 'application/json', `${JSON.stringify(body)}\n`);
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
