/** What a media node asks dispatchers by REST: each in turn until one answers. */
import { accessing, type Access } from '../http/access.ts';
import { exchange } from '../http/exchange.ts';
import {
  PROTOCOL,
  readCredentialAnswer,
  readRegistrationAnswer,
  type Assignment,
  type CredentialAnswer,
  type CredentialRequest,
  type Registration,
} from './protocol.ts';

/** Milliseconds for one request. */
const REQUEST_LIMIT = 5000;

/** A dispatcher could not be asked, or answered with something other than what was asked for. */
export class DispatcherError extends Error {
  override readonly name = 'DispatcherError';
  /** HTTP status; null where there was no answer. */
  readonly status: number | null;

  constructor(message: string, status: number | null, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** One of them, and what it is shown. */
export interface Asked {
  readonly url: URL;
  readonly access: Access;
}

/** Where a client has to go instead. */
export interface Whereabouts {
  readonly node: string;
  /** Best first; empty where none is known. */
  readonly urls: readonly string[];
}

/**
 * `PUT /v1/nodes/{id}/registration`.
 * @throws DispatcherError, ProtocolError
 */
export async function register(
  dispatcher: Asked,
  node: string,
  registration: Omit<Registration, 'protocol'>,
): Promise<Assignment> {
  const body = await request(dispatcher, `/v1/nodes/${node}/registration`, 'PUT', {
    protocol: PROTOCOL,
    ...registration,
  });
  return readRegistrationAnswer(body).assignment;
}

/**
 * `POST /v1/nodes/{id}/credentials`, with an enrolment secret or a credential as the token that is shown.
 * @param nonce of this process: lets it ask again by a secret whose answer was lost
 * @throws DispatcherError where no dispatcher takes it, ProtocolError
 */
export async function swapForCredential(
  dispatchers: readonly Asked[],
  node: string,
  nonce: string,
): Promise<CredentialAnswer> {
  const path = `/v1/nodes/${node}/credentials`;
  const body: CredentialRequest = { nonce };
  const swap = (dispatcher: Asked) => request(dispatcher, path, 'POST', body);
  return readCredentialAnswer(await first(dispatchers, swap));
}

/**
 * Claims the room's place (`PUT /v1/rooms/{room}`): whoever comes to the wrong node is thereby told the right
 * one, and a room that nobody asked for before gets its place by the same rules as all others.
 * @throws DispatcherError where no dispatcher answers
 */
export async function claimRoom(dispatchers: readonly Asked[], room: string): Promise<Whereabouts> {
  const body = await first(dispatchers, (dispatcher) =>
    request(dispatcher, `/v1/rooms/${encodeURIComponent(room)}`, 'PUT'),
  );
  const node = textAt(body, 'node', 'id');
  if (node === undefined) throw new DispatcherError('the dispatcher names no node', null);
  const url = textAt(body, 'signalling', 'url');
  return { node, urls: url === undefined ? [] : [url] };
}

/**
 * How to reach a node past the L4 layer, from `GET /v1/nodes/{id}`.
 * @throws DispatcherError where no dispatcher answers or knows it
 */
export async function directUrls(
  dispatchers: readonly Asked[],
  node: string,
  secure: boolean,
): Promise<Whereabouts> {
  const body = await first(dispatchers, (dispatcher) => request(dispatcher, `/v1/nodes/${node}`, 'GET'));
  const port = at(body, 'signallingPort');
  const addresses = at(body, 'addresses');
  const list = Array.isArray(addresses) ? addresses.filter((address) => typeof address === 'string') : [];
  const host = (address: string) => (address.includes(':') ? `[${address}]` : address);
  const scheme = secure ? 'wss' : 'ws';
  return {
    node,
    urls:
      typeof port === 'number'
        ? list.map((address) => `${scheme}://${host(address)}:${port}/n/${node}/`)
        : [],
  };
}

async function first<T>(dispatchers: readonly Asked[], ask: (dispatcher: Asked) => Promise<T>): Promise<T> {
  let failure = new DispatcherError('no dispatcher is configured', null);
  for (const dispatcher of dispatchers) {
    try {
      return await ask(dispatcher);
    } catch (error) {
      if (!(error instanceof DispatcherError)) throw error;
      failure = error;
    }
  }
  throw failure;
}

async function request(
  { url: dispatcher, access }: Asked,
  path: string,
  method: 'GET' | 'PUT' | 'POST',
  body?: object,
): Promise<unknown> {
  const url = new URL(path, dispatcher);
  const what = `${method} ${url.href}`;
  const answer = await exchange(url, {
    method,
    timeout: REQUEST_LIMIT,
    ...accessing(access),
    ...(body && { body }),
  }).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DispatcherError(`${what}: ${why}`, null, { cause });
  });
  if (answer.ok) return answer.body;
  if (answer.status === 401) access.refused?.();
  throw new DispatcherError(`${what}: ${answer.status} ${answer.problem}`, answer.status);
}

function at(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}
