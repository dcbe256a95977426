/** Bytes that never became a request: answered as problems too, before any route or hook could see them. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { MAX_HEADER_BYTES } from './http-server.ts';
import { Problem, PROBLEM_TYPE, problemBody } from './problem.ts';

/** How long a client may take to read the answer and to stop sending. */
const LINGER_MS = 1000;

const BY_CODE: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, `the header fields are larger than ${MAX_HEADER_BYTES} bytes together`],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'the chunk extensions are larger than 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request was not complete in time'],
};

/**
 * Listener of `clientError` (Node.js, http.Server). Says what is wrong, then closes the connection: where
 * the next request would begin is unknown.
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, detail] = BY_CODE[error.code ?? ''] ?? [400, `this is not HTTP/1.1: ${error.message}`];
  const body = JSON.stringify(problemBody(new Problem(status, 'malformed-request', detail)));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n` +
      `Content-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
  // Destroying it now would reset the connection while the client still sends, and it would lose the answer.
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
