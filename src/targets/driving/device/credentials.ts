/** Whom a device is told that it talks to. Never in a topology, on a command line, in a message or a log. */
import { readFile } from 'node:fs/promises';
import type { DeviceBalancer } from '../../../topology/balancers/balancer.ts';
import { DriverError } from '../../driver.ts';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Of the first line, bytes. */
const MAX_LENGTH = 1024;

/** @throws DriverError `unreachable` that names the place, and nothing of what is in it */
export async function readCredentials(
  { credentialsFile: file, credentialsVariable: variable }: DeviceBalancer,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Credentials> {
  if (file !== null) return parse(await contentOf(file), file);
  const text = environment[variable ?? ''];
  const place = `the variable ${variable}`;
  if (text === undefined) throw new DriverError('unreachable', `${place} (credentialsVariable) is not set`);
  return parse(text, place);
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DriverError('unreachable', `credentialsFile: ${why}`, { cause });
  }
}

/** A password may have colons in it, a user's name on these devices has none. */
function parse(text: string, place: string): Credentials {
  const [line = ''] = text.split(/\r?\n/, 1);
  const [, user, password] = /^([^:]+):(.+)$/.exec(line) ?? [];
  if (user !== undefined && password !== undefined && Buffer.byteLength(line) <= MAX_LENGTH)
    return { user, password };
  throw new DriverError(
    'unreachable',
    `the first line of ${place} must be USER:PASSWORD, up to ${MAX_LENGTH} bytes`,
  );
}
