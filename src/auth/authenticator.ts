import type { Scope } from './scope.ts';

/** Whoever a credential belongs to. */
export interface Principal {
  /** For logs; never the credential. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Ids of the nodes that it may speak for; null: any. */
  readonly nodes: readonly string[] | null;
  /** The only routes that it is good for (`GET /v1/nodes/:id`), of those that its scopes allow; any where left out. */
  readonly routes?: ReadonlySet<string>;
  /** Where left out, it may be used until it expires. */
  readonly once?: SingleUse;
}

/** That a credential is good for one use. */
export interface SingleUse {
  /** Names it; tells nothing of it. */
  readonly id: string;
  /** Milliseconds since the epoch, at which it expires. */
  readonly until: number;
}

export type Verdict =
  | { readonly principal: Principal }
  /** Why not, for whoever showed it: no more than they know already. */
  | { readonly refused: string };

/** One kind of bearer token (RFC 6750). */
export interface Authenticator {
  /** Whether a token has the form of this kind; each token is of one kind at most. */
  takes(token: string): boolean;
  /** A promise only where it has to wait. Never throws for what a caller sent. */
  verify(token: string): Verdict | Promise<Verdict>;
}

/**
 * Asks the authenticator whose kind of token it is.
 *
 * @param token as sent, of any form
 */
export function verifyToken(
  authenticators: readonly Authenticator[],
  token: string,
): Verdict | Promise<Verdict> {
  const authenticator = authenticators.find((one) => one.takes(token));
  return authenticator?.verify(token) ?? { refused: 'the token is none that this dispatcher knows' };
}
