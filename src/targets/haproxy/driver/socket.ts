/** HAProxy's command line on a Unix socket (management guide, sections 9.3 and 9.4). */
import { connect } from 'node:net';
import { DriverError } from '../../driver.ts';

/** Milliseconds that an answer may take. */
const TIMEOUT_MS = 10_000;
/** What connect(2) says where there is no socket, or nobody behind it. */
const NOBODY: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ECONNREFUSED']);
const MAX_ANSWER = 256 * 1024 * 1024;

/**
 * One command line, on a connection of its own, and all that is said to it.
 *
 * @throws DriverError `unreachable` where nobody listens there, `failed` where the answer breaks off
 */
export function ask(socket: string, command: string): Promise<string> {
  if (/[\n\r]/.test(command)) throw new TypeError('a command is one line');
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (kind: 'unreachable' | 'failed', why: string, cause?: unknown) => {
      connection.destroy();
      reject(new DriverError(kind, `HAProxy on ${socket}, asked ${command}: ${why}`, { cause }));
    };
    // HAProxy answers what came before the end of input, and closes.
    const connection = connect({ path: socket }, () => connection.end(`${command}\n`));
    connection.setTimeout(TIMEOUT_MS, () => fail('failed', `no answer within ${TIMEOUT_MS / 1000} s`));
    connection.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if ((size += chunk.length) > MAX_ANSWER) fail('failed', `an answer of more than ${MAX_ANSWER} bytes`);
    });
    connection.once('error', (cause: NodeJS.ErrnoException) =>
      fail(cause.syscall === 'connect' ? 'unreachable' : 'failed', cause.message, cause),
    );
    connection.once('end', () => resolve(Buffer.concat(chunks).toString().trim()));
  });
}

/**
 * As `ask`, but undefined where nobody listens. One that this process may not open, or that has no room for one
 * more connection, is no sign of that.
 */
export async function askIfThere(socket: string, command: string): Promise<string | undefined> {
  try {
    return await ask(socket, command);
  } catch (error) {
    const cause =
      error instanceof DriverError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
    if (cause?.syscall === 'connect' && NOBODY.has(cause.code ?? '')) return undefined;
    throw error;
  }
}
