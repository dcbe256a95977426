/** The processes of a running keepalived, as /proc(5) shows them. */
import { readFile } from 'node:fs/promises';

/** Of the process that the file names; null where there is none such, or it is another program. */
export async function runningPid(pidFile: string): Promise<number | null> {
  const pid = Number((await read(pidFile)).trim());
  if (!Number.isInteger(pid) || pid < 2) return null;
  return (await read(`/proc/${pid}/comm`)).trim() === 'keepalived' ? pid : null;
}

/** Neither it nor any of its children works or wants to: each waits for something to happen. */
export async function isIdle(pid: number): Promise<boolean> {
  const children = (await read(`/proc/${pid}/task/${pid}/children`)).split(' ').filter(Boolean);
  const stats = await Promise.all([String(pid), ...children].map((one) => read(`/proc/${one}/stat`)));
  // After the program's name in brackets, which may hold anything.
  return stats.every((stat) => stat.slice(stat.lastIndexOf(')') + 2).startsWith('S'));
}

/** What is gone, or never was, reads as empty. */
function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
