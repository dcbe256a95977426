/** The node's signalling port: WebSockets on `/n/<node>/`, plain or TLS, and a redirect for all who are wrong here. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Whereabouts } from '../dispatchers.ts';
import { allListening } from '../listening.ts';
import { MAX_MESSAGE_BYTES } from './messages.ts';
import { CLOSE, Session, type SessionContext } from './session.ts';

/** What a server proves itself with: the contents of both PEM files, the certificate with its chain. */
export interface Identity {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

export interface SignallingOptions extends SessionContext {
  readonly addresses: readonly string[];
  readonly port: number;
  /** Null: plain `ws:`, for TLS that ends on the balancer, or none. */
  readonly tls: Identity | null;
  /** How to reach another node of the cluster. */
  readonly directTo: (node: string) => Promise<Whereabouts>;
  /** Seconds between two pings to a client; one that did not answer the last is dropped. */
  readonly pingInterval: number;
  readonly logger: Logger;
}

const MAX_CONNECTIONS = 20_000;
/** Milliseconds. */
const GOODBYE_LIMIT = 500;

export class SignallingServer {
  readonly #options: SignallingOptions;
  readonly #servers: readonly Server[];
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });

  /** Whatever has connected, WebSocket or not yet. */
  readonly #connections = new Set<Socket>();
  /** Clients that have answered since the last ping. */
  readonly #alive = new WeakSet<WebSocket>();
  readonly #pinging: NodeJS.Timeout;

  private constructor(options: SignallingOptions, servers: readonly Server[]) {
    this.#options = options;
    this.#servers = servers;
    // A client whose network went away says nothing, and would keep its room open for ever.
    this.#pinging = setInterval(() => this.#ping(), options.pingInterval * 1000);
    for (const server of servers) {
      server.maxConnections = MAX_CONNECTIONS;
      server.on('connection', (socket: Socket) => {
        this.#connections.add(socket.once('close', () => this.#connections.delete(socket)));
      });
      server.on('request', (request, response) => {
        void this.#plain(request).then(({ status, body }) => {
          response.writeHead(status, { 'content-type': 'application/problem+json' });
          response.end(JSON.stringify(body));
        });
      });
      server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    }
  }

  /** Fails if an address is not there, the port is taken, or the certificate cannot be used. */
  static async start(options: SignallingOptions): Promise<SignallingServer> {
    const { tls } = options;
    const servers = options.addresses.map(() =>
      tls ? createTlsServer({ cert: tls.certificate, key: tls.key }) : createServer(),
    );
    const signalling = new SignallingServer(options, servers);
    await allListening(
      servers,
      options.addresses,
      (server, host) => server.listen({ port: options.port, host, ipv6Only: true }),
      () => signalling.close(),
    );
    return signalling;
  }

  close(): void {
    clearInterval(this.#pinging);
    for (const socket of this.#sockets.clients) socket.close(1001, 'node leaves');
    for (const server of this.#servers) {
      server.close();
      server.closeIdleConnections();
    }
    // Who has not said goodbye by then never will, and who has never asked for anything would hold the process for ever.
    setTimeout(() => {
      for (const socket of this.#connections) socket.destroy();
    }, GOODBYE_LIMIT).unref();
  }

  #ping(): void {
    for (const client of this.#sockets.clients) {
      if (!this.#alive.delete(client)) client.terminate();
      else client.ping();
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const named = namedNode(request);
    if (named === undefined) {
      // Not left to the client to close.
      socket.once('finish', () => socket.destroy());
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      this.#alive.add(client);
      client.on('pong', () => this.#alive.add(client));
      client.on('error', (error) => this.#options.logger.debug({ err: error }, 'client connection'));
      if (named === this.#options.assignment.node) this.#serve(client);
      else void this.#redirect(client, named);
    });
  }

  #serve(client: WebSocket): void {
    const session = new Session(client, this.#options);
    client.on('message', (data, binary) => {
      if (binary || !Buffer.isBuffer(data)) client.close(CLOSE.badMessage, 'not text');
      else session.receive(data.toString());
    });
    client.on('close', () => session.end());
  }

  /** A browser cannot read the answer to a refused upgrade, so it is let in to be told. */
  async #redirect(client: WebSocket, named: string): Promise<void> {
    const data = await this.#wayTo(named);
    client.send(JSON.stringify({ event: 'elsewhere', data }), () =>
      client.close(CLOSE.elsewhere, 'elsewhere'),
    );
  }

  async #plain(request: IncomingMessage): Promise<{ status: number; body: object }> {
    const named = namedNode(request);
    const { node } = this.#options.assignment;
    if (named === undefined || named === node) {
      const detail = `signalling is a WebSocket on /n/${node}/`;
      return named === undefined
        ? { status: 404, body: { title: 'Not Found', status: 404, detail } }
        : { status: 426, body: { title: 'Upgrade Required', status: 426, detail } };
    }
    // RFC 9110 section 15.5.20: the server that was reached is not the one that was meant.
    const detail = `this is node ${node}, not ${named}`;
    return {
      status: 421,
      body: { title: 'Misdirected Request', status: 421, detail, ...(await this.#wayTo(named)) },
    };
  }

  async #wayTo(node: string): Promise<Whereabouts> {
    try {
      return await this.#options.directTo(node);
    } catch (error) {
      this.#options.logger.debug({ err: error, node }, 'no way known to node');
      return { node, urls: [] };
    }
  }
}

/** The node of `/n/<node>/…`; undefined for any other path. */
function namedNode({ url }: IncomingMessage): string | undefined {
  return /^\/n\/([A-Za-z0-9][A-Za-z0-9_.-]{0,62})\/?(?:\?|$)/.exec(url ?? '')?.[1];
}
