import type { EventEmitter } from 'node:events';

/** Starts a server or socket to listen, and settles when it does; fails with the reason if it cannot. */
export function listening(emitter: EventEmitter, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      emitter.off('listening', onListening);
      emitter.off('error', onError);
    };
    const onListening = () => {
      settle();
      resolve();
    };
    const onError = (error: Error) => {
      settle();
      reject(error);
    };
    emitter.once('listening', onListening);
    emitter.once('error', onError);
    listen();
  });
}
