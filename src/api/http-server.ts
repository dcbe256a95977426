/** The sockets below the API: what one connection may cost, how many there may be, and TLS. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsServerOptions } from 'node:https';
import type { Server as TlsServer } from 'node:tls';

/** PEM, all of it. */
export interface ServerTls {
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** Authorities of clients' certificates, which are asked for, not demanded; null: none are asked for. */
  readonly clientAuthorities: Buffer | null;
}

/** Header fields of one request, bytes. */
export const MAX_HEADER_BYTES = 16 * 1024;
/** Connections at once, unless told otherwise: more than there may be subscribers to events, with room for nodes. */
export const MAX_CONNECTIONS = 20_000;

/** Of each, unless told otherwise. */
export const LIMITS: TlsServerOptions = {
  maxHeaderSize: MAX_HEADER_BYTES,
  // Milliseconds. Who sends a byte now and then (slowloris) is let go after these.
  handshakeTimeout: 10_000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 72_000,
  // Node would answer a request without Host itself, without a problem.
  requireHostHeader: false,
};

export interface HttpServersOptions {
  /** In the clear where left out. */
  readonly tls?: ServerTls | undefined;
  /** Connections at once; the next are closed before they are read. */
  readonly maxConnections?: number;
  /** For tests, which cannot wait as long. */
  readonly limits?: Pick<
    TlsServerOptions,
    'handshakeTimeout' | 'headersTimeout' | 'connectionsCheckingInterval'
  >;
}

/** Makes servers: Fastify asks for one for each address that a name such as localhost has. */
export class HttpServers {
  readonly #options: HttpServersOptions;
  readonly #secure: TlsServer[] = [];
  #tls: ServerTls | undefined;

  constructor(options: HttpServersOptions = {}) {
    this.#options = options;
    this.#tls = options.tls;
  }

  get scheme(): 'http' | 'https' {
    return this.#tls ? 'https' : 'http';
  }

  /** PEM of those whose certificates are trusted now; null: none is. */
  get clientAuthorities(): Buffer | null {
    return this.#tls?.clientAuthorities ?? null;
  }

  create(listener: RequestListener): Server {
    const server = this.#make({ ...LIMITS, ...this.#options.limits }, listener);
    server.maxConnections = this.#options.maxConnections ?? MAX_CONNECTIONS;
    return server;
  }

  /** For connections from now on; those that are open keep what they have. @throws what TLS says of it */
  renew(tls: ServerTls): void {
    const context = secureContext(tls);
    for (const server of this.#secure) server.setSecureContext(context);
    this.#tls = tls;
  }

  #make(limits: TlsServerOptions, listener: RequestListener): Server {
    if (!this.#tls) return createServer(limits, listener);
    const requestCert = this.#tls.clientAuthorities !== null;
    const options = { ...limits, ...secureContext(this.#tls), requestCert, rejectUnauthorized: false };
    const server = createTlsServer(options, listener);
    this.#secure.push(server);
    return server;
  }
}

function secureContext({ certificate, key, clientAuthorities }: ServerTls) {
  return {
    cert: certificate,
    key,
    minVersion: 'TLSv1.2' as const,
    ...(clientAuthorities !== null && { ca: clientAuthorities }),
  };
}
