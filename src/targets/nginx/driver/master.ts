/** The processes of a running nginx, as /proc(5) shows them. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { DriverError } from '../../driver.ts';

/** Milliseconds: it reads the file again, and opens every socket. */
const RELOAD_TIMEOUT_MS = 30_000;
const POLL_MS = 20;

/** Of the master that the file names; null where there is none such, or it is another program. */
export async function masterPid(pidFile: string): Promise<number | null> {
  const pid = Number((await read(pidFile)).trim());
  if (!Number.isInteger(pid) || pid < 2) return null;
  return (await read(`/proc/${pid}/cmdline`)).startsWith('nginx: master process') ? pid : null;
}

/**
 * Tells the master to load its file, and resolves when workers run that did not before, and all others take
 * nothing new any more.
 *
 * @throws DriverError `failed` where that does not come about
 */
export async function reload(pid: number, signal: AbortSignal): Promise<void> {
  const old = new Set(await listeningWorkers(pid));
  try {
    process.kill(pid, 'SIGHUP');
  } catch (cause) {
    throw new DriverError('failed', `nginx (process ${pid}) cannot be told to reload`, { cause });
  }
  for (const end = Date.now() + RELOAD_TIMEOUT_MS; Date.now() < end;) {
    await sleep(POLL_MS);
    signal.throwIfAborted();
    const now = await listeningWorkers(pid);
    if (now.length > 0 && now.every((worker) => !old.has(worker))) return;
  }
  throw new DriverError(
    'failed',
    `nginx (process ${pid}) has not taken the new file after ${RELOAD_TIMEOUT_MS / 1000} s, and runs on the old one: its error_log says why`,
  );
}

/** Workers of a master, without those that only wait for their connections to end. */
async function listeningWorkers(master: number): Promise<number[]> {
  const children = (await read(`/proc/${master}/task/${master}/children`)).trim().split(' ');
  const pids = children.filter(Boolean).map(Number);
  const titles = await Promise.all(pids.map((pid) => read(`/proc/${pid}/cmdline`)));
  return pids.filter(
    (_, i) => titles[i]?.startsWith('nginx: worker process') && !titles[i].includes('shutting'),
  );
}

/** What is gone, or never was, reads as empty. */
function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
