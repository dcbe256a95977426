import { pathToFileURL } from 'node:url';
import { findWorker, mediasoupEntry } from '../../scripts/mediasoup-worker/find.mjs';
import type { Mediasoup } from './mediasoup.ts';

/** mediasoup or its worker is not on this machine; the message says what to do. */
export class MediasoupMissing extends Error {
  override readonly name = 'MediasoupMissing';
}

/**
 * The only place that loads mediasoup: a copy installed beside RoomLB, or the one in the cache folder, with the
 * worker that `findWorker()` sees. mediasoup reads MEDIASOUP_WORKER_BIN when it is loaded, so that is set first.
 *
 * @throws MediasoupMissing
 */
export async function loadMediasoup(): Promise<Mediasoup> {
  const worker = findWorker();
  if (worker.bin === undefined) throw new MediasoupMissing(worker.why);
  const entry = mediasoupEntry();
  if (entry === undefined) {
    throw new MediasoupMissing('the npm package mediasoup is not here (npm run mediasoup:worker gets it)');
  }
  process.env.MEDIASOUP_WORKER_BIN = worker.bin;
  const loaded: unknown = await import(pathToFileURL(entry).href);
  if (!isMediasoup(loaded)) throw new MediasoupMissing(`${entry} is not mediasoup`);
  return loaded;
}

function isMediasoup(value: unknown): value is Mediasoup {
  return (
    typeof value === 'object' &&
    value !== null &&
    'createWorker' in value &&
    typeof value.createWorker === 'function' &&
    'version' in value &&
    typeof value.version === 'string'
  );
}
