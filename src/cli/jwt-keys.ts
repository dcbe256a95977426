/** Where keys of an issuer of tokens come from: a file, or its URL. */
import { open } from 'node:fs/promises';
import type { JSONWebKeySet } from 'jose';
import { readUpTo } from '../files/read-up-to.ts';
import { exchange } from '../http/exchange.ts';
import { isRecord } from '../json.ts';
import { CliError, EXIT } from './exit.ts';
import { badFile } from './system-error.ts';

const MAX_BYTES = 256 * 1024;
const TIMEOUT = 5000;

/** @throws CliError for what is neither, or cannot be read as a set of keys */
export async function readKeys(source: string): Promise<JSONWebKeySet> {
  const what = `--jwt-keys ${source}`;
  if (source.startsWith('http:')) throw new CliError(EXIT.badInput, `${what}: write an https URL, or a file`);
  const document = source.startsWith('https:') ? await ask(what, source) : await readDocument(what, source);
  if (isKeySet(document)) return document;
  throw new CliError(EXIT.badInput, `${what}: must be a JSON Web Key Set, { "keys": [ … ] } (RFC 7517)`);
}

function isKeySet(document: unknown): document is JSONWebKeySet {
  return isRecord(document) && Array.isArray(document.keys) && document.keys.every(isRecord);
}

async function ask(what: string, source: string): Promise<unknown> {
  if (!URL.canParse(source)) throw new CliError(EXIT.badInput, `${what}: that is no URL`);
  const answer = await exchange(new URL(source), { method: 'GET', timeout: TIMEOUT }).catch(
    (cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new CliError(EXIT.unreachable, `${what}: ${why}`, { cause });
    },
  );
  if (answer.ok) return answer.body;
  throw new CliError(EXIT.unreachable, `${what}: answers with ${answer.status}`);
}

async function readDocument(what: string, file: string): Promise<unknown> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw badFile(what, error);
  });
  try {
    const bytes = await readUpTo(MAX_BYTES, handle.createReadStream({ autoClose: false }));
    return bytes === undefined ? undefined : (JSON.parse(bytes.toString()) as unknown);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw badFile(what, error);
  } finally {
    await handle.close();
  }
}
