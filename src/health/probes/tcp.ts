import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Probe } from '../probe.ts';
import { socketError } from './socket-error.ts';

/**
 * A connection, closed at once. The weakest of checks: the kernel completes it for a process that hangs, so a
 * success says that the host is there and the process has not ended, and no more.
 */
export function tcpProbe(): Probe<'tcp'> {
  return {
    check: 'tcp',
    run: ({ address, port, timeout }) =>
      new Promise((resolve) => {
        const start = performance.now();
        const socket = connect({ host: address.text, port });
        const timer = setTimeout(() => {
          socket.destroy();
          resolve({ kind: 'timeout', why: `no TCP connection to port ${port} within ${timeout} ms` });
        }, timeout);
        socket.on('connect', () => {
          clearTimeout(timer);
          // A reset leaves no TIME_WAIT behind on either side, however many probes there are.
          socket.resetAndDestroy();
          resolve({ kind: 'ok', rtt: performance.now() - start });
        });
        socket.on('error', (error: NodeJS.ErrnoException) => {
          clearTimeout(timer);
          socket.destroy();
          resolve(socketError(error.code ?? error.name));
        });
      }),
  };
}
