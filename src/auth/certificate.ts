/** Nodes that show who they are by a certificate, in mutual TLS. */
import { X509Certificate } from 'node:crypto';
import { TLSSocket, type DetailedPeerCertificate, type PeerCertificate } from 'node:tls';
import type { Verdict } from './authenticator.ts';
import { NODE_ROUTES, NODE_SCOPES } from './scope.ts';

const ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;
const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** Certificates of a chain that are looked at. */
const MAX_CHAIN = 10;
const EXPIRED: Verdict = { refused: 'the certificate has expired: connect again with a newer one' };
const WITHDRAWN: Verdict = { refused: 'the authority of the certificate is not trusted here any more' };

export interface CertificatesOptions {
  /** PEM of the authorities that are trusted now; null: none is. */
  readonly authorities: () => Buffer | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What one connection showed; null: nothing. */
type Peer = {
  readonly verdict: Verdict;
  /** Milliseconds since the epoch. */
  readonly expires: number;
  /** SHA-256 of its certificate, and of those above it. */
  readonly chain: readonly string[];
  /** By which it was let in. */
  readonly authorities: Buffer | null;
} | null;

/**
 * Who is at the other end of connections. What a certificate says is read once for each; whether it still holds is
 * looked at each time, since a connection may stay open for longer than the certificate is good.
 */
export class PeerCertificates {
  readonly #options: CertificatesOptions;
  readonly #peers = new WeakMap<TLSSocket, Peer>();
  #trusted: { readonly authorities: Buffer | null; readonly prints: ReadonlySet<string> } | undefined;

  constructor(options: CertificatesOptions) {
    this.#options = options;
  }

  /** Null where it showed no certificate, or the connection has no TLS. */
  verdictOn(socket: unknown): Verdict | null {
    if (!(socket instanceof TLSSocket)) return null;
    const authorities = this.#options.authorities();
    let peer = this.#peers.get(socket);
    if (peer === undefined) {
      peer = peerOf(socket, authorities);
      this.#peers.set(socket, peer);
    }
    if (peer === null) return null;
    if (peer.expires <= this.#options.now()) return EXPIRED;
    if (peer.authorities === authorities) return peer.verdict;
    const trusted = this.#prints(authorities);
    return peer.chain.some((print) => trusted.has(print)) ? peer.verdict : WITHDRAWN;
  }

  #prints(authorities: Buffer | null): ReadonlySet<string> {
    if (this.#trusted?.authorities !== authorities) {
      const blocks = authorities?.toString().match(PEM) ?? [];
      const prints = new Set(blocks.map((pem) => new X509Certificate(pem).fingerprint256));
      this.#trusted = { authorities, prints };
    }
    return this.#trusted.prints;
  }
}

function peerOf(socket: TLSSocket, authorities: Buffer | null): Peer {
  // Node's types do not say that it is an empty object where there is no certificate.
  const certificate: Partial<DetailedPeerCertificate> = socket.getPeerCertificate(true);
  if (certificate.subject === undefined) return null;
  const expires = Date.parse(certificate.valid_to ?? '');
  return {
    verdict: verdictOn(socket.authorized, certificate),
    expires,
    chain: chainOf(certificate),
    authorities,
  };
}

function verdictOn(authorized: boolean, certificate: Partial<PeerCertificate>): Verdict {
  if (!authorized) return { refused: 'the certificate is of no authority that is trusted here' };
  const nodes = nodesOf(certificate);
  const [node] = nodes;
  if (node === undefined) return { refused: 'the certificate names no node, as CN or as DNS name' };
  // No name of a tokens file has a slash: nobody passes for the holder of a token, or uses up what it may ask.
  const name = `certificate/${node}`;
  return { principal: { name, scopes: new Set(NODE_SCOPES), nodes, routes: NODE_ROUTES } };
}

function chainOf(certificate: Partial<DetailedPeerCertificate>): readonly string[] {
  const chain: string[] = [];
  let at: Partial<DetailedPeerCertificate> | undefined = certificate;
  while (at?.fingerprint256 !== undefined && !chain.includes(at.fingerprint256) && chain.length < MAX_CHAIN) {
    chain.push(at.fingerprint256);
    at = at.issuerCertificate;
  }
  return chain;
}

/** Ids of nodes in a certificate: its common name, and its DNS names (RFC 5280 section 4.2.1.6). */
export function nodesOf({ subject, subjectaltname = '' }: Partial<PeerCertificate>): readonly string[] {
  // Two of them make it a list. Names with quotes in this text may hide others inside them.
  const common: unknown = subject?.CN;
  const alternative = subjectaltname.includes('"') ? [] : subjectaltname.split(', ');
  const names = alternative.flatMap((entry) => /^DNS:(.*)$/.exec(entry)?.[1] ?? []);
  if (typeof common === 'string') names.unshift(common);
  return [...new Set(names)].filter((name) => ID.test(name));
}
