import { createHash } from 'node:crypto';
import type { StoreSnapshot } from '../store/snapshot.ts';
import { claimLine, endLine, headLine, topologyLine, type End } from './format.ts';

/** Characters that are handed on at once. */
const CHUNK = 64 * 1024;

/** Writes the text of a backup by parts, and answers with its end. Rejects where the store or the writing does. */
export async function writeBackup(
  cluster: string,
  snapshot: StoreSnapshot,
  write: (text: string) => Promise<void>,
): Promise<End> {
  const hash = createHash('sha256');
  let chunk = headLine(cluster);
  const flush = async (): Promise<void> => {
    hash.update(chunk);
    await write(chunk);
    chunk = '';
  };
  if (snapshot.topology) chunk += topologyLine(snapshot.topology);
  let claims = 0;
  for await (const entry of snapshot.claims) {
    chunk += claimLine(entry);
    claims++;
    if (chunk.length >= CHUNK) await flush();
  }
  await flush();
  const end = { claims, sha256: hash.digest('hex') };
  await write(endLine(end));
  return end;
}
