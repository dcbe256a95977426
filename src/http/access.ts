/** How a program shows a dispatcher who it is. */
import type { ExchangeOptions } from './exchange.ts';

export interface Access {
  /** The bearer token as it is now, since it may be renewed; undefined: none. */
  readonly token: () => string | undefined;
}

/** For dispatchers that ask nobody who they are. */
export const ANONYMOUS: Access = { token: () => undefined };

/** Header fields of a request (RFC 6750 section 2.1). */
export function accessHeaders({ token }: Access): NonNullable<ExchangeOptions['headers']> {
  const shown = token();
  return shown === undefined ? {} : { authorization: `Bearer ${shown}` };
}
