/**
 * What the fakes of devices have in common. Fakes: they answer in the shapes that the vendors' documents tell, and
 * are no proof that a device does so too.
 */
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Fetch } from '../../../src/http/exchange.ts';

/** JSON of which nothing is known. */
export type Parsed = ReturnType<typeof JSON.parse>;

export interface FakeRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; undefined where there is none. */
  readonly body: Parsed;
}

export interface FakeAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const USER = 'roomlb';
/** With what has a meaning in URLs, headers, JSON and regular expressions. */
export const PASSWORD = 's3cr:et"$&/ü+%41';

export interface FakeDevice {
  answer(request: FakeRequest): FakeAnswer;
  /** All that it has, as text. Two dumps are equal where nothing was changed. */
  dump(): string;
  /** What others have put there, as text. */
  foreign(): string;
  /** As somebody would who works at the device: changes one thing that is RoomLB's. */
  meddle(): void;
  /** So many requests to come find it busy. */
  busy: number;
  /** Called before each request that changes something: what it returns the device says instead of doing it. */
  refuses: (request: FakeRequest) => string | undefined;
  /** `METHOD path` of each request that was answered; changes of configuration only. */
  readonly changes: string[];
}

/** As fetch(), without a network. */
export function fetchFrom(device: Pick<FakeDevice, 'answer'>): Fetch {
  return (url, { method = 'GET', headers, body, signal }) => {
    signal?.throwIfAborted();
    const {
      status,
      body: said,
      ...answer
    } = device.answer({
      method,
      path: `${url.pathname}${url.search}`,
      headers: Object.fromEntries(new Headers(headers)),
      body: parse(typeof body === 'string' ? body : ''),
    });
    const text = said === undefined ? null : JSON.stringify(said);
    return Promise.resolve(new Response(text, { status, ...answer }));
  };
}

/** Listens on loopback until the end of the test; by TLS where there is a certificate. Its origin. */
export async function serveFake(
  t: TestContext,
  device: Pick<FakeDevice, 'answer'>,
  tls?: { readonly key: Buffer; readonly cert: Buffer },
): Promise<string> {
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { status, body, headers } = device.answer({
        method: request.method ?? '',
        path: request.url ?? '',
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        ),
        body: parse(Buffer.concat(chunks).toString()),
      });
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    });
  };
  const server = tls ? createHttpsServer(tls, listener) : createHttpServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `${tls ? 'https' : 'http'}://localhost:${(server.address() as AddressInfo).port}`;
}

function parse(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text);
}
