/** Certificates, as options name them. */
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { ClientTls } from '../http/access.ts';
import type { Identity } from '../media-node/signalling/server.ts';
import { CliError, EXIT } from './exit.ts';
import type { Reloadable } from './reloading.ts';
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
  return readPair(['--tls-certificate', '--tls-key'], options.tlsCertificate, options.tlsKey);
}

async function readPair(
  [certificateOption, keyOption]: readonly [string, string],
  certificateFile: string | undefined,
  keyFile: string | undefined,
): Promise<Identity | null> {
  if (certificateFile === undefined && keyFile === undefined) return null;
  if (certificateFile === undefined || keyFile === undefined)
    throw new CliError(EXIT.badInput, `${certificateOption} and ${keyOption} go together`);
  const certificate = await read(certificateOption, certificateFile);
  const key = await read(keyOption, keyFile);
  mustFit(`${certificateOption} ${certificateFile}`, { cert: certificate });
  mustFit(`${keyOption} ${keyFile}`, { cert: certificate, key });
  return { certificate, key };
}

export interface ClientTlsOptions {
  readonly dispatcherCa?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
}

/** What a node believes of dispatchers, and shows to them; undefined where no file is named. @throws CliError */
export async function readClientTls(options: ClientTlsOptions): Promise<ClientTls | undefined> {
  const { dispatcherCa, clientCertificate, clientKey } = options;
  if (dispatcherCa === undefined && clientCertificate === undefined && clientKey === undefined)
    return undefined;
  const names = ['--client-certificate', '--client-key'] as const;
  const identity = await readPair(names, clientCertificate, clientKey);
  return {
    ...(dispatcherCa !== undefined && { ca: await readAuthorities('--dispatcher-ca', dispatcherCa) }),
    ...(identity && { cert: identity.certificate, key: identity.key }),
  };
}

/** The same while a command runs: files are read again when they change. */
export interface RenewedTls {
  /** As it is now. */
  readonly current: () => ClientTls | undefined;
  readonly reloadables: readonly Reloadable[];
}

/** @throws CliError */
export async function renewedClientTls(options: ClientTlsOptions): Promise<RenewedTls> {
  let tls = await readClientTls(options);
  const { dispatcherCa, clientCertificate, clientKey } = options;
  const files = [dispatcherCa, clientCertificate, clientKey].filter((file) => file !== undefined);
  const reload = async () => {
    tls = await readClientTls(options);
  };
  const what = `certificate ${clientCertificate ?? dispatcherCa ?? ''}`;
  return { current: () => tls, reloadables: files.length > 0 ? [{ what, files, reload }] : [] };
}

/** @throws CliError for bad input: a file that cannot be read, or has no certificate that TLS can use */
export async function readAuthorities(option: string, file: string): Promise<Buffer> {
  const ca = await read(option, file);
  if (!ca.includes('-----BEGIN CERTIFICATE-----'))
    throw new CliError(EXIT.badInput, `${option} ${file}: has no certificate in PEM`);
  mustFit(`${option} ${file}`, { ca });
  return ca;
}

async function read(option: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw badFile(`${option} ${file}`, error);
  }
}

/** Asks OpenSSL, so that a wrong file ends the node here and not where its first client connects. */
function mustFit(what: string, material: { cert?: Buffer; key?: Buffer; ca?: Buffer }): void {
  try {
    createSecureContext(material);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const wanted = material.key ? 'the PEM of its private key, without a passphrase' : 'PEM with the chain';
    throw new CliError(EXIT.badInput, `${what}: cannot be used: ${why} (hint: ${wanted})`, { cause });
  }
}
