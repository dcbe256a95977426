/** Nodes that show who they are by a certificate, in mutual TLS. */
import { TLSSocket, type PeerCertificate } from 'node:tls';
import type { Verdict } from './authenticator.ts';
import { NODE_SCOPES } from './scope.ts';

const ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;
/** The answer for a connection without a certificate. */
const verdicts = new WeakMap<TLSSocket, Verdict | null>();

/**
 * Who is at the other end by its certificate; null where it showed none, or the connection has no TLS. Asked once
 * for each connection.
 */
export function verdictOnPeer(socket: unknown): Verdict | null {
  if (!(socket instanceof TLSSocket)) return null;
  let verdict = verdicts.get(socket);
  if (verdict === undefined) {
    verdict = verdictOn(socket);
    verdicts.set(socket, verdict);
  }
  return verdict;
}

function verdictOn(socket: TLSSocket): Verdict | null {
  // Node's types do not say that it is an empty object where there is no certificate.
  const certificate: Partial<PeerCertificate> = socket.getPeerCertificate();
  if (certificate.subject === undefined) return null;
  if (!socket.authorized) return { refused: 'the certificate is of no authority that is trusted here' };
  const nodes = nodesOf(certificate);
  const [name] = nodes;
  if (name === undefined) return { refused: 'the certificate names no node, as CN or as DNS name' };
  return { principal: { name, scopes: new Set(NODE_SCOPES), nodes } };
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
