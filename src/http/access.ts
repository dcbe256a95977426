/** How a program shows a dispatcher who it is. */
import type { ExchangeOptions } from './exchange.ts';
import { secureFetch } from './secure-fetch.ts';

export interface Access {
  /** The bearer token as it is now, since it may be renewed; undefined: none. */
  readonly token: () => string | undefined;
  /** As it is now, since it may be renewed too. */
  readonly tls?: ClientTls | undefined;
  /** Told when a dispatcher does not take the token (401). */
  readonly refused?: () => void;
}

/** PEM, all of it. */
export interface ClientTls {
  /** Authorities of the dispatchers' certificates; undefined: those that Node comes with. */
  readonly ca?: Buffer;
  /** Shown to dispatchers, with its key. */
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** For dispatchers that ask nobody who they are. */
export const ANONYMOUS: Access = { token: () => undefined };

/** One for each, since connections are kept. */
const fetches = new WeakMap<ClientTls, NonNullable<ExchangeOptions['fetch']>>();

/** What it adds to a request. */
export function accessing(access: Access): Pick<ExchangeOptions, 'headers' | 'fetch'> {
  const { tls } = access;
  const headers = accessHeaders(access);
  if (!tls) return { headers };
  const fetch =
    fetches.get(tls) ?? secureFetch({ authorities: tls.ca?.toString() ?? null, verify: true, ...tls });
  fetches.set(tls, fetch);
  return { headers, fetch };
}

/** Header fields of a request (RFC 6750 section 2.1). */
export function accessHeaders({ token }: Access): Readonly<Record<string, string>> {
  const shown = token();
  return shown === undefined ? {} : { authorization: `Bearer ${shown}` };
}
