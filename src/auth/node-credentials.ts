/**
 * What nodes are let in by: an enrolment secret, which an operator asks for, and the credential that a node swaps it
 * for. Both are signed and name one node, so that every replica with the key can check them and none keeps any: JWS
 * with HMAC-SHA256 (RFC 7515), behind a prefix that tells them from tokens of other kinds.
 */
import { randomBytes } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Authenticator, Principal, SingleUse, Verdict } from './authenticator.ts';
import type { NodeKey } from './node-key.ts';
import { NODE_ROUTES, NODE_SCOPES } from './scope.ts';

/** Milliseconds for which each is good. */
export interface NodeCredentialLives {
  readonly enrolment: number;
  readonly credential: number;
}

export interface Granted {
  /** The secret itself. */
  readonly secret: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
  /** Seconds from now. */
  readonly expiresIn: number;
}

type Kind = keyof NodeCredentialLives;
interface Form {
  readonly prefix: string;
  /** Told apart under the signature too (RFC 8725 section 3.11). */
  readonly type: string;
  /** Undefined: it is good for one use, and lacks what tells it from others. */
  readonly principal: (node: string, once: SingleUse | undefined) => { principal: Principal } | undefined;
  readonly expired: string;
}
const FORMS: Readonly<Record<Kind, Form>> = {
  enrolment: {
    prefix: 'rlb_enrolment.',
    type: 'roomlb-enrolment+jwt',
    // No name of a tokens file has a slash.
    principal: (node, once) =>
      once && {
        principal: {
          name: `enrolment/${node}`,
          scopes: new Set(['nodes:enrol'] as const),
          nodes: [node],
          once,
        },
      },
    expired: 'the enrolment secret has expired: make another one by roomlb enroll',
  },
  credential: {
    prefix: 'rlb_node.',
    type: 'roomlb-node+jwt',
    principal: (node) => ({
      principal: {
        name: `node/${node}`,
        scopes: new Set([...NODE_SCOPES, 'nodes:enrol'] as const),
        nodes: [node],
        routes: NODE_ROUTES,
      },
    }),
    expired: 'the credential of the node has expired: renew it in time, or enrol the node by roomlb enroll',
  },
};
const KINDS = Object.keys(FORMS) as readonly Kind[];
const MAX_LENGTH = 1024;
/** Bytes by which one is told from any other. */
const ID_BYTES = 12;
const TOKEN_ID = /^[A-Za-z0-9_-]{1,64}$/;
const NODE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;
const NOT_OURS = 'is not made by a key of this dispatcher, or its key was withdrawn';

export interface NodeCredentialsOptions {
  /** The first one signs. */
  readonly keys: readonly NodeKey[];
  readonly lives: NodeCredentialLives;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export class NodeCredentials implements Authenticator {
  readonly #lives: NodeCredentialLives;
  readonly #now: () => number;
  #keys: readonly NodeKey[];

  constructor({ keys, lives, now }: NodeCredentialsOptions) {
    this.#keys = keys;
    this.#lives = lives;
    this.#now = now;
  }

  /** What was signed by a key that is gone is not believed any more. */
  replace(keys: readonly NodeKey[]): void {
    this.#keys = keys;
  }

  /** @param node an id, of a node that is there */
  async grant(kind: Kind, node: string): Promise<Granted> {
    const [key] = this.#keys;
    if (!key) throw new TypeError('there is no key');
    const { prefix, type } = FORMS[kind];
    const at = Math.floor(this.#now() / 1000);
    const expiresIn = Math.floor(this.#lives[kind] / 1000);
    const signed = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256', kid: key.id, typ: type })
      .setSubject(node)
      .setJti(randomBytes(ID_BYTES).toString('base64url'))
      .setIssuedAt(at)
      .setExpirationTime(at + expiresIn)
      .sign(key.secret);
    return { secret: prefix + signed, expires: (at + expiresIn) * 1000, expiresIn };
  }

  takes(token: string): boolean {
    return kindOf(token) !== undefined;
  }

  async verify(token: string): Promise<Verdict> {
    const kind = kindOf(token);
    if (kind === undefined || token.length > MAX_LENGTH) return { refused: `the token ${NOT_OURS}` };
    const { prefix, type, principal, expired } = FORMS[kind];
    try {
      const { payload } = await jwtVerify(
        token.slice(prefix.length),
        ({ kid }) => {
          const key = this.#keys.find(({ id }) => id === kid);
          if (!key) throw new errors.JWKSNoMatchingKey();
          return key.secret;
        },
        {
          algorithms: ['HS256'],
          typ: type,
          requiredClaims: ['exp', 'sub'],
          currentDate: new Date(this.#now()),
        },
      );
      const { sub = '', jti = '', exp = 0 } = payload;
      if (!NODE.test(sub)) return { refused: `the ${kind} names no node` };
      const once = TOKEN_ID.test(jti) ? { id: jti, until: exp * 1000 } : undefined;
      return principal(sub, once) ?? { refused: `the ${kind} cannot be told from others: make another one` };
    } catch (error) {
      return { refused: error instanceof errors.JWTExpired ? expired : `the ${kind} ${NOT_OURS}` };
    }
  }
}

function kindOf(token: string): Kind | undefined {
  return KINDS.find((kind) => token.startsWith(FORMS[kind].prefix));
}
