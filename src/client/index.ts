/** The package's client: `import { RoomlbClient } from 'roomlb/client'`. */
export { RoomlbClient } from './client.ts';
export type {
  Allocation,
  Explanation,
  Load,
  Preview,
  RoomlbClientOptions,
  RoomPage,
  Wishes,
} from './client.ts';
export { RoomlbError } from './error.ts';
export type { EventsOptions } from './event-feed.ts';
export type { AnyEvent } from '../events/events.ts';
export type { Envelope } from '../events/history.ts';
export type {
  StreamGap,
  StreamHeartbeat,
  StreamItem,
  StreamMessage,
  StreamOpen,
} from '../events/stream-messages.ts';
