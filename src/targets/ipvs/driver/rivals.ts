/** Whether a keepalived that RoomLB configured has IPVS of the same network namespace in hand. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { readHeader } from '../../header.ts';

const DEFAULT_CONFIG = '/etc/keepalived/keepalived.conf';

/** One sentence a process, sorted. What this process may not look at is passed over. */
export async function findRivals(namespace: string | null): Promise<string[]> {
  const here = await identity(namespaceFile(namespace));
  if (here === null) return [];
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const rivals = await Promise.all(pids.map((pid) => rivalOf(pid, here)));
  return [...new Set(rivals.filter((rival) => rival !== null))].sort();
}

async function rivalOf(pid: string, here: string): Promise<string | null> {
  if ((await read(`/proc/${pid}/comm`)).trim() !== 'keepalived') return null;
  if ((await identity(`/proc/${pid}/ns/net`)) !== here) return null;
  const words = (await read(`/proc/${pid}/cmdline`)).split('\0');
  const file = configFileOf(words) ?? DEFAULT_CONFIG;
  const owner = readHeader('keepalived', await read(file));
  return owner && `keepalived runs here by ${file}, which RoomLB wrote for cluster ${owner.cluster}`;
}

/** keepalived(8): -f FILE, --use-file=FILE. */
export function configFileOf(words: readonly string[]): string | undefined {
  for (const [i, word] of words.entries()) {
    if (word === '-f' || word === '--use-file') return words[i + 1];
    const joined = /^(?:-f|--use-file=)(.+)$/.exec(word)?.[1];
    if (joined !== undefined) return joined;
  }
  return undefined;
}

/** As `runCommand` enters it. */
function namespaceFile(namespace: string | null): string {
  if (namespace === null) return '/proc/self/ns/net';
  return namespace.startsWith('/') ? namespace : `/run/netns/${namespace}`;
}

async function identity(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  return found && `${found.dev}:${found.ino}`;
}

function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
