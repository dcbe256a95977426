/** The stream of events, without an end: it connects again, to another dispatcher where one is away, and resumes. */
import { BackOff } from '../back-off.ts';
import type { EventFilter } from '../events/filter.ts';
import type { StreamItem } from '../events/stream-messages.ts';
import type { Dispatchers } from './dispatchers.ts';
import { RoomlbError } from './error.ts';
import { SseParser } from './sse.ts';

export interface EventsOptions extends EventFilter {
  /** `EPOCH:SEQ` of the last event that was seen, or `start`: all that the dispatcher still knows. Default: what is new. */
  readonly after?: string | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** Told each time that the connection was lost. @param pause seconds until the next attempt */
  readonly onRetry?: ((why: Error, pause: number) => void) | undefined;
}

/** Three of the server's heartbeats: nothing for so long, and the connection is dead. Milliseconds. */
const SILENCE = 45_000;
/** Seconds. */
const RETRY = { first: 0.5, most: 30 };

/**
 * Everything that comes, `stream.gap` among it: then events are missing, and the state is to be read anew. Heartbeats
 * are told as well. Ends when the signal says so.
 *
 * @throws RoomlbError where what is asked for is refused
 */
export async function* eventFeed(
  dispatchers: Dispatchers,
  options: EventsOptions,
): AsyncGenerator<StreamItem, void, undefined> {
  const { signal, onRetry } = options;
  const backOff = new BackOff(RETRY);
  const place = { after: options.after };
  while (!signal?.aborted) {
    try {
      for await (const item of connection(dispatchers, options, place)) {
        backOff.reset();
        yield item;
      }
      throw new RoomlbError('the stream ended');
    } catch (error) {
      if (signal?.aborted) return;
      if (!(error instanceof RoomlbError) || !error.temporary) throw error;
      const pause = backOff.next();
      onRetry?.(error, pause);
      dispatchers.turn();
      await sleep(pause * 1000, signal);
    }
  }
}

/** @param place kept up to date: where to resume from */
async function* connection(
  dispatchers: Dispatchers,
  options: EventsOptions,
  place: { after: string | undefined },
): AsyncGenerator<StreamItem, void, undefined> {
  const url = dispatchers.url(`/v1/events${queryOf(options, place.after)}`);
  const silence = new AbortController();
  let watch = setTimeout(() => silence.abort(), SILENCE);
  const signal = options.signal ? AbortSignal.any([options.signal, silence.signal]) : silence.signal;
  try {
    const headers = { ...dispatchers.headers, accept: 'text/event-stream' };
    const { fetch } = dispatchers;
    const answer = await fetch(url, { headers, signal, redirect: 'error' });
    if (!answer.ok) throw new RoomlbError(`GET ${url.href}: ${await whyOf(answer)}`, answer.status);
    const parser = new SseParser();
    const decoder = new TextDecoder();
    for await (const bytes of answer.body as AsyncIterable<Uint8Array>) {
      clearTimeout(watch);
      watch = setTimeout(() => silence.abort(), SILENCE);
      for (const { id, data } of parser.push(decoder.decode(bytes, { stream: true }))) {
        place.after = id ?? place.after;
        if (data !== undefined) yield JSON.parse(data) as StreamItem;
      }
    }
  } catch (cause) {
    if (cause instanceof RoomlbError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    const text = silence.signal.aborted ? `nothing came for ${SILENCE / 1000} s` : why;
    throw new RoomlbError(`GET ${url.href}: ${text}`, undefined, { cause });
  } finally {
    clearTimeout(watch);
    silence.abort();
  }
}

function queryOf({ kinds = [], rooms = [], nodes = [] }: EventFilter, after: string | undefined): string {
  const query = new URLSearchParams();
  for (const kind of kinds) query.append('kind', kind);
  for (const room of rooms) query.append('room', room);
  for (const node of nodes) query.append('node', node);
  if (after !== undefined) query.append('after', after);
  return query.size > 0 ? `?${query.toString()}` : '';
}

/** In the words of the problem details (RFC 9457), where there are some. */
async function whyOf(answer: Response): Promise<string> {
  const body: unknown = await answer.json().catch(() => null);
  const said = typeof body === 'object' && body !== null && 'detail' in body ? String(body.detail) : '';
  return `${answer.status} ${said === '' ? answer.statusText : said}`;
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end);
  });
}
