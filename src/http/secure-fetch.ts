/**
 * A fetch() for servers whose certificates the platform's would not take: it has no way to name a certificate
 * authority, or to do without one. What it is told it does, and no more: it follows no redirect.
 */
import { once } from 'node:events';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import type { Fetch } from './exchange.ts';

export interface Trust {
  /** PEM of the authorities that are believed; null: those that Node comes with. */
  readonly authorities: string | null;
  /** False: whoever answers is believed. */
  readonly verify: boolean;
  /** PEM of a certificate to show, and of its private key. */
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** Answers that have no body (Fetch standard, "null body status"). */
const NO_BODY = [101, 204, 205, 304];

/** Connections are kept for the next request, and hold no process up. */
export function secureFetch({ authorities, verify, cert, key }: Trust): Fetch {
  const tls = {
    rejectUnauthorized: verify,
    ...(authorities !== null && { ca: authorities }),
    ...(cert && key && { cert, key }),
  };
  const agents = {
    http: new HttpAgent({ keepAlive: true }),
    https: new HttpsAgent({ keepAlive: true, ...tls }),
  };
  return async (url, { method = 'GET', headers, body, signal }) => {
    const options = { method, headers: Object.fromEntries(new Headers(headers)), ...(signal && { signal }) };
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, agent: agents.https })
        : httpRequest(url, { ...options, agent: agents.http });
    // Once there is an answer, its body tells what goes wrong.
    request.on('error', () => undefined);
    request.end(typeof body === 'string' ? Buffer.from(body) : undefined);
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    return responseOf(answer);
  };
}

function responseOf(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  const hasBody = !NO_BODY.includes(status);
  if (!hasBody) answer.resume();
  return new Response(hasBody ? (Readable.toWeb(answer) as ReadableStream) : null, {
    status,
    statusText: answer.statusMessage ?? '',
    headers,
  });
}
