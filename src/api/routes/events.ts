/** What happens in this dispatcher, as it happens: over a WebSocket, or as server-sent events. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { WebSocket } from 'ws';
import { compileFilter, FilterError, type EventFilter } from '../../events/filter.ts';
import type { Position } from '../../events/position.ts';
import { readPlace, type START } from '../../events/stream-messages.ts';
import type { EventStream } from '../../events/stream.ts';
import { After, EventsQuery } from '../event-schemas.ts';
import { CLOSE } from '../events/close-codes.ts';
import { Reader } from '../events/reader.ts';
import { SseSink } from '../events/sse-sink.ts';
import { WebSocketSink } from '../events/websocket-sink.ts';
import { Problem } from '../problem.ts';
import { problems, readyMade } from '../responses.ts';
import { watchStanding } from '../standing.ts';

export interface EventRoutesOptions {
  readonly stream: EventStream;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

type Query = Type.Static<typeof EventsQuery>;
interface Wish {
  readonly filter: EventFilter;
  readonly after: Position | typeof START | undefined;
}

const LISTS = ['kind', 'room', 'node'];

export const eventRoutes: FastifyPluginAsyncTypebox<EventRoutesOptions> = (app, { stream, now }) => {
  // Before the server waits for its last answers: these would never end.
  app.addHook('preClose', (done) => {
    stream.stop();
    done();
  });

  app.route({
    method: 'GET',
    url: '/v1/events',
    config: { scope: 'read' },
    schema: {
      tags: ['events'],
      summary: 'What happens, as it happens',
      description:
        'With `Upgrade: websocket` a WebSocket, otherwise server-sent events, which resume by `Last-Event-ID`. Both ' +
        'send one JSON document an event, numbered without a gap. /asyncapi.json describes them all.',
      querystring: EventsQuery,
      headers: Type.Object({ 'last-event-id': Type.Optional(After) }),
      response: {
        200: readyMade('text/event-stream', 'Events, until either side ends it.'),
        ...problems({
          400: 'There is no such kind of event, or the place to resume from is none.',
          406: 'Neither an upgrade nor text/event-stream is accepted.',
          503: 'This replica has as many subscribers as it takes.',
        }),
      },
    },
    // A parameter that is given once is a list of one.
    preValidation: (request, _, done) => {
      const query = request.query as Record<string, unknown>;
      for (const name of LISTS) if (typeof query[name] === 'string') query[name] = [query[name]];
      done();
    },
    preHandler: (request, reply, done) => {
      wishOf(request);
      if (stream.full) {
        void reply.header('retry-after', '5');
        throw new Problem(
          503,
          'too-many-subscribers',
          'as many subscribers as this replica takes; ask another',
        );
      }
      done();
    },
    handler: (request, reply) => {
      const { accept = '*/*' } = request.headers;
      if (!/text\/(event-stream|\*)|\*\/\*/i.test(accept)) {
        throw new Problem(406, 'not-acceptable', 'events come as text/event-stream, or over a WebSocket');
      }
      // Kept alive after its end, a connection would hold up the server that stops.
      const headers = { 'cache-control': 'no-store', 'x-accel-buffering': 'no', connection: 'close' };
      reply.type('text/event-stream').headers(headers);
      // There is nobody to read, whose leaving would end it.
      if (request.method === 'HEAD') return reply.send();
      const { filter, after } = wishOf(request);
      const sink = new SseSink(() => request.raw.socket.destroy());
      const subscriber = stream.join(sink);
      const unwatch = watchStanding(request, () => {
        subscriber.gone();
        sink.end('stopping');
      });
      sink.body.on('close', () => {
        unwatch();
        subscriber.gone();
      });
      subscriber.subscribe(filter, after);
      return reply.send(sink.body);
    },
    wsHandler: (socket: WebSocket, request: FastifyRequest) => {
      const { filter, after } = wishOf(request);
      const sink = new WebSocketSink(socket);
      const subscriber = stream.join(sink);
      const reader = new Reader(subscriber, sink, now);
      const unwatch = watchStanding(request, (why) => {
        subscriber.gone();
        sink.close(CLOSE.unauthorized, why);
      });
      socket.on('close', () => {
        unwatch();
        subscriber.gone();
      });
      socket.on('message', (data: Buffer, binary: boolean) => reader.receive(data, binary));
      subscriber.subscribe(filter, after);
    },
  });

  return Promise.resolve();
};

/** @throws Problem for a kind that there is not */
function wishOf(request: FastifyRequest): Wish {
  const { kind, room, node, after } = request.query as Query;
  const filter: EventFilter = { kinds: kind, rooms: room, nodes: node };
  try {
    compileFilter(filter);
  } catch (error) {
    if (error instanceof FilterError) throw new Problem(400, 'invalid-request', error.message);
    throw error;
  }
  // What a browser has seen since is later than what the page asked for at first.
  const place = request.headers['last-event-id'] ?? after;
  return { filter, after: typeof place === 'string' ? readPlace(place) : undefined };
}
