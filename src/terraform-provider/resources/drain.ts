/** Taking a node out only once its rooms are over. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord, recordsOf } from '../../json.ts';
import { formatMs } from '../../topology/read-milliseconds.ts';
import type { DispatcherApi } from '../client/dispatcher-api.ts';
import { failure } from '../plugin/diagnostics.ts';

export interface Drain {
  readonly node: string;
  /** Milliseconds. */
  readonly timeout: number;
  /** Gives up the waiting, and nothing else. */
  readonly stopped: AbortSignal;
  /** Removes the node if no room is left on it. @returns whether it did */
  readonly removeIfEmpty: () => Promise<boolean>;
}

export interface Rooms {
  /** Handed out and not yet released. */
  readonly claimed: number;
  /** Of which the node says that they go on. */
  readonly live: number;
}

/** Milliseconds between two looks: soon at first, since an empty node need not wait. */
const LOOKS = { first: 500, most: 5000 };

/**
 * Waits until the node, which takes no new rooms any more, is empty and could be removed.
 *
 * @returns what is left of its rooms when time is up; undefined where it was removed
 * @throws DiagnosticError where the user gave up
 */
export async function waitForEmpty(
  api: DispatcherApi,
  { node, timeout, stopped, removeIfEmpty }: Drain,
): Promise<Rooms | undefined> {
  const end = Date.now() + timeout;
  let rooms: Rooms | undefined;
  for (let pause = LOOKS.first; ; pause = Math.min(pause * 2, LOOKS.most)) {
    const known = rooms;
    rooms = await roomsOn(api, node, stopped).catch((error: unknown) => {
      if (stopped.aborted) throw givenUp(node, known);
      throw error;
    });
    if (rooms.claimed === 0 && rooms.live === 0 && (await removeIfEmpty())) return undefined;
    const left = end - Date.now();
    if (left <= 0) return rooms;
    await sleep(Math.min(pause, left), undefined, { signal: stopped }).catch(() => undefined);
    if (stopped.aborted) throw givenUp(node, rooms);
  }
}

function givenUp(node: string, rooms: Rooms | undefined): Error {
  const left = rooms ? `, with ${wordsFor(rooms)}` : '';
  return failure(
    'The waiting was given up',
    `Node ${node} goes on draining${left}. Destroy it again to go on waiting; to have it back, apply a configuration ` +
      'that has it.',
  );
}

async function roomsOn(api: DispatcherApi, node: string, stopped: AbortSignal): Promise<Rooms> {
  const loads = await api.request({ method: 'GET', path: '/v1/loads', stopped });
  const path = `/v1/nodes/${encodeURIComponent(node)}/health`;
  const health = await api.request({ method: 'GET', path, fine: [404], stopped });
  const load = recordsOf(loads.body, 'loads').find((one) => one.node === node);
  const live = isRecord(health.body) && isRecord(health.body.live) ? health.body.live : {};
  return {
    claimed: numberOf(load?.rooms),
    // What a node said before it was gone says nothing of now.
    live: live.connected === true ? numberOf(live.rooms) : 0,
  };
}

export function stillBusy(node: string, timeout: number, rooms: Rooms): Error {
  return failure(
    `Node ${node} is not empty`,
    `After ${formatMs(timeout)} (drain_timeout) it has ${wordsFor(rooms)}. It is left draining: it takes no new rooms. ` +
      'Destroy it again to go on waiting; release rooms that are over (DELETE /v1/rooms/ROOM); or set ' +
      'on_drain_timeout = "delete" and apply that first, to remove it whatever it has.',
  );
}

function wordsFor({ claimed, live }: Rooms): string {
  return `${claimed} claimed ${claimed === 1 ? 'room' : 'rooms'} and ${live} live ${live === 1 ? 'one' : 'ones'} left`;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
