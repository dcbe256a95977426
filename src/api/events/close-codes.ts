import type { EndReason } from '../../events/subscriber.ts';

/** Why a WebSocket with events is closed (RFC 6455 section 7.4.1; 1013 is of IANA's registry). */
export const CLOSE = {
  stopping: 1001,
  /** A message that says too much. */
  tooLarge: 1009,
  /** Come again and resume. */
  slow: 1013,
  /** What is no subscribe message, or asks for what does not exist. */
  misunderstood: 4400,
  /** The credential has expired, or was withdrawn. */
  unauthorized: 4401,
  /** More messages than a subscriber needs. */
  tooMany: 4429,
} as const;

export const END_REASONS: Readonly<Record<EndReason, string>> = {
  slow: 'too slow: events wait for too long; connect again with after= and a narrower filter',
  stopping: 'the dispatcher stops',
};
