/** The certificate of a node's signalling, as options name it. */
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Identity } from '../media-node/signalling/server.ts';
import { CliError, EXIT } from './exit.ts';
import { badFile } from './system-error.ts';

export interface TlsOptions {
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
}

/**
 * Null where neither file is named.
 *
 * @throws CliError for bad input: one without the other, a file that cannot be read, or no pair that TLS can use
 */
export async function readIdentity(options: TlsOptions): Promise<Identity | null> {
  const { tlsCertificate, tlsKey } = options;
  if (tlsCertificate === undefined && tlsKey === undefined) return null;
  if (tlsCertificate === undefined || tlsKey === undefined) {
    throw new CliError(EXIT.badInput, '--tls-certificate and --tls-key go together');
  }
  const certificate = await read('--tls-certificate', tlsCertificate);
  const key = await read('--tls-key', tlsKey);
  mustFit(`--tls-certificate ${tlsCertificate}`, { cert: certificate });
  mustFit(`--tls-key ${tlsKey}`, { cert: certificate, key });
  return { certificate, key };
}

async function read(option: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw badFile(`${option} ${file}`, error);
  }
}

/** Asks OpenSSL, so that a wrong file ends the node here and not where its first client connects. */
function mustFit(what: string, material: { cert: Buffer; key?: Buffer }): void {
  try {
    createSecureContext(material);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const wanted = material.key ? 'the PEM of its private key, without a passphrase' : 'PEM with the chain';
    throw new CliError(EXIT.badInput, `${what}: cannot be used: ${why} (hint: ${wanted})`, { cause });
  }
}
