import { setTimeout as sleep } from 'node:timers/promises';
import { DriverError } from '../../driver.ts';
import { processInfo } from './answers.ts';
import { ask } from './socket.ts';

/** Milliseconds between two attempts. */
const POLL_MS = 2;

/**
 * What one process of HAProxy answers to a command. After a reload, the one whose place it takes may take connections
 * of the same socket for a moment more, and refuses what it is told then; what it does not refuse ends with it.
 *
 * @param pid of the process, as it says itself in `show info`
 * @param patience milliseconds
 * @throws DriverError `failed` where another process goes on answering, and what `ask` throws
 */
export async function askProcess(
  socket: string,
  pid: number,
  command: string,
  patience: number,
): Promise<string> {
  for (const end = Date.now() + patience; ;) {
    // Both on one connection, hence of one process; an empty line ends each answer.
    const answer = await ask(socket, `show info;${command}`);
    const told = answer.indexOf('\n\n');
    const info = told < 0 ? answer : answer.slice(0, told);
    if (processInfo(info).pid === pid) return told < 0 ? '' : answer.slice(told).trim();
    if (Date.now() > end) break;
    await sleep(POLL_MS);
  }
  throw new DriverError('failed', `HAProxy on ${socket} is not the process ${pid} any more`);
}
