/** Asks what a URL points at, from here. */
import { lookup } from 'node:dns/promises';
import type { HttpAccess } from '../../health/endpoint.ts';
import type { AskedBy } from '../../health/hints.ts';
import type { Outcome } from '../../health/outcome.ts';
import { runProbe } from '../../health/probe.ts';
import { report, timed } from '../../health/probe-now.ts';
import { plainStun } from '../../health/probes/plain-stun.ts';
import { formatEndpoint, parseAddress } from '../../topology/address.ts';
import type { IpAddress } from '../../topology/model.ts';
import { CliError, EXIT } from '../exit.ts';
import { probesWith, type Asker, type Secrets } from './asker.ts';
import type { UrlTarget } from './target.ts';

/** The address of a name, as the system finds it. */
export type Resolve = (name: string) => Promise<{ readonly address: string }>;

/** @param timeout milliseconds */
export function askUrl(
  target: UrlTarget,
  secrets: Secrets,
  timeout: number,
  resolve: Resolve = lookup,
): Asker {
  const { text, host, port } = target;
  const check: AskedBy = target.kind === 'stun' && !secrets.ice ? 'plain-stun' : target.kind;
  const transport = target.kind === 'stun' ? target.transport : 'tcp';
  if (check === 'plain-stun' && transport === 'tcp') {
    const why = 'without credentials STUN is asked over UDP, since ports of ICE over TCP want them';
    throw new CliError(EXIT.badInput, `${text}: ${why} (hint: add --ufrag and --password-file)`);
  }
  return {
    target: text,
    notes: [],
    async ask() {
      const where: { address: IpAddress | null } = { address: null };
      const answer = await timed(async () => {
        const found = await addressOf(host, resolve);
        if ('kind' in found) return found;
        where.address = found;
        return run(target, found, secrets, timeout);
      });
      const at = where.address && `${formatEndpoint(where.address, port)}/${transport}`;
      return [report({ id: text, check, target: at }, answer)];
    },
  };
}

async function addressOf(host: IpAddress | string, resolve: Resolve): Promise<IpAddress | Outcome> {
  if (typeof host !== 'string') return host;
  try {
    const { address } = await resolve(host);
    const parsed = parseAddress(address);
    if (parsed) return parsed;
    return {
      kind: 'failure',
      reason: 'unreachable',
      why: `${host} has an address that cannot be asked: ${address}`,
    };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return { kind: 'failure', reason: 'unreachable', why: `${host} has no address (${code})` };
  }
}

function run(target: UrlTarget, address: IpAddress, secrets: Secrets, timeout: number): Promise<Outcome> {
  const { text, port, host } = target;
  const base = { id: text, node: text, interval: timeout, timeout, effect: 'report', address, port } as const;
  const name = typeof host === 'string' ? host : null;
  const access = (tls: HttpAccess['tls'], path: string): HttpAccess => ({ tls, path, host: name });
  const probes = probesWith(secrets);
  switch (target.kind) {
    case 'stun':
      if (!secrets.ice) return plainStun(base);
      return runProbe(probes, { ...base, check: 'stun', transport: target.transport });
    case 'tcp':
      return runProbe(probes, { ...base, check: 'tcp' });
    case 'http': {
      const { tls, path } = target;
      return runProbe(probes, { ...base, ...access(tls, path), check: 'http', status: [], body: null });
    }
    case 'janus': {
      const { tls, path, adminPort } = target;
      // The file is read already.
      const admin = secrets.janusAdmin === null ? null : { port: adminPort, path: '/admin', secretFile: '' };
      return runProbe(probes, { ...base, ...access(tls, path), check: 'janus', admin });
    }
  }
}
