import { timingSafeEqual } from 'node:crypto';
import type { Authenticator, Principal, Verdict } from './authenticator.ts';
import type { TokenEntry } from './token-file.ts';
import { hashToken, isToken } from './token.ts';

interface Row {
  readonly hash: Buffer;
  readonly verdict: { readonly principal: Principal };
  readonly expires: number;
}

const UNKNOWN: Verdict = { refused: 'the token is not known, or was withdrawn' };

/** The tokens of a tokens file. They can be replaced while requests come in. */
export class TokenTable implements Authenticator {
  readonly #now: () => number;
  #rows: ReadonlyMap<string, Row> = new Map();

  /** @param now milliseconds since the epoch */
  constructor(entries: readonly TokenEntry[], now: () => number) {
    this.#now = now;
    this.replace(entries);
  }

  replace(entries: readonly TokenEntry[]): void {
    this.#rows = new Map(entries.map((entry) => [entry.hash, row(entry)]));
  }

  takes(token: string): boolean {
    return isToken(token);
  }

  verify(token: string): Verdict {
    const hash = hashToken(token);
    const found = this.#rows.get(hash);
    // How long the look-up takes tells at most something of the hash, from which no token follows; whether it
    // is the very one is not told by time at all.
    if (!found || !timingSafeEqual(found.hash, Buffer.from(hash, 'hex'))) return UNKNOWN;
    return found.expires > this.#now() ? found.verdict : { refused: 'the token has expired' };
  }
}

function row({ name, hash, scopes, expires, node }: TokenEntry): Row {
  const principal = { name, scopes: new Set(scopes), nodes: node === null ? null : [node] };
  return { hash: Buffer.from(hash, 'hex'), verdict: { principal }, expires: expires ?? Infinity };
}
