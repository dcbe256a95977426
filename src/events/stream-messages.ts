/** What a stream says of itself between the events, so that its readers know where they are. */
import type { EventFilter } from './filter.ts';
import { EVENTS_VERSION, type Envelope, type History } from './history.ts';
import { readPosition, type Position } from './position.ts';

interface StreamMessageBase extends Position {
  readonly version: typeof EVENTS_VERSION;
}

/** Events after `seq` follow, those that pass the filter. First on every connection, and after every subscribe. */
export interface StreamOpen extends StreamMessageBase {
  readonly type: 'stream.open';
  readonly filter: EventFilter;
  /** The number of the newest event at this moment: who has come so far has seen what was before. */
  readonly last: number;
}

/** In place of `stream.open`: what was asked for is not all there; events after `seq` follow. */
export interface StreamGap extends StreamMessageBase {
  readonly type: 'stream.gap';
  readonly filter: EventFilter;
  /** `too-old`: not kept any more. `other-epoch`: of another replica, or before a restart. `unknown`: never handed out. */
  readonly why: 'too-old' | 'other-epoch' | 'unknown';
  /** `EPOCH:NUMBER` */
  readonly asked: string;
  /** What to do about it. */
  readonly hint: string;
  readonly last: number;
}

/** Everything up to `seq` has been looked at, also where none of it passed the filter. */
export interface StreamHeartbeat extends StreamMessageBase {
  readonly type: 'stream.heartbeat';
}

export type StreamMessage = StreamOpen | StreamGap | StreamHeartbeat;

/** Everything that comes on a stream. */
export type StreamItem = Envelope | StreamMessage;

/** Before everything that is still kept. */
export const START = 'start';

/** `EPOCH:SEQ`, or `start`; undefined for what is neither. */
export function readPlace(text: string): Position | typeof START | undefined {
  return text === START ? START : readPosition(text);
}

/**
 * The first message to somebody who has seen everything up to `after`, or who wants only what is new.
 *
 * @returns with `seq`, after which to go on
 */
export function opening(
  history: History,
  filter: EventFilter,
  after: Position | typeof START | undefined,
): StreamOpen | StreamGap {
  const { position, first } = history;
  const now = { version: EVENTS_VERSION, ...position, filter, last: position.seq } as const;
  if (!after) return { ...now, type: 'stream.open' };
  if (after === START) return { ...now, type: 'stream.open', seq: first - 1 };
  const why = whyGap(history, after);
  if (!why) return { ...now, type: 'stream.open', seq: after.seq };
  const asked = `${after.epoch}:${after.seq}`;
  const hint = `read the current state by REST (/v1/rooms, /v1/health, /v1/nodes); events after ${now.seq} follow`;
  return { ...now, type: 'stream.gap', why, asked, hint };
}

function whyGap(history: History, { epoch, seq }: Position): StreamGap['why'] | undefined {
  if (epoch !== history.epoch) return 'other-epoch';
  if (seq > history.position.seq) return 'unknown';
  return seq + 1 < history.first ? 'too-old' : undefined;
}
