import type { EventEmitter } from 'node:events';

/** Starts a server or socket to listen, and settles when it does; fails with the reason if it cannot. */
function listening(emitter: EventEmitter, listen: () => void): Promise<void> {
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

/**
 * Starts one for each address. Where one of them cannot listen, `close` is called once all have settled (one
 * that is still starting would outlive it), and it fails with that one's reason.
 */
export async function allListening<T extends EventEmitter>(
  emitters: readonly T[],
  addresses: readonly string[],
  listen: (emitter: T, address: string | undefined) => void,
  close: () => void,
): Promise<void> {
  const started = emitters.map((emitter, i) => listening(emitter, () => listen(emitter, addresses[i])));
  try {
    await Promise.all(started);
  } catch (error) {
    await Promise.allSettled(started);
    close();
    throw error;
  }
}
