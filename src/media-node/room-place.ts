import type { Logger } from 'pino';
import { claimRoom, DispatcherError, type Asked, type Whereabouts } from './dispatchers.ts';
import { NoRoomError } from './rooms.ts';

/**
 * Where a room belongs that is not live on this node; undefined: here. Where no dispatcher answers, the client is
 * believed: it was told to come here while there was one.
 *
 * @throws NoRoomError where a dispatcher has no place for it
 */
export async function whereIs(
  dispatchers: readonly Asked[],
  node: string,
  room: string,
  logger: Logger,
): Promise<Whereabouts | undefined> {
  if (dispatchers.length === 0) return undefined;
  try {
    const place = await claimRoom(dispatchers, room);
    return place.node === node ? undefined : place;
  } catch (error) {
    if (!(error instanceof DispatcherError)) throw error;
    if (error.status !== null) throw new NoRoomError('unavailable', error.message, { cause: error });
    logger.warn({ reason: error.message }, 'cannot ask where a room belongs: opening it here');
    return undefined;
  }
}
