import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import { CLOSE, MAX_FRAME_BYTES } from '../media-node/protocol.ts';

/** Milliseconds for clients to answer the closing of their connections when the server stops. */
const CLOSE_LIMIT = 1000;

/** Lets routes have WebSockets. A frame or message beyond the limit ends its connection. */
export async function installWebSockets(app: FastifyInstance): Promise<void> {
  await app.register(websocket, {
    options: { maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false },
    // What went wrong on a connection ends it, and its owner is told that it did.
    errorHandler: (_, socket) => socket.terminate(),
    preClose(done) {
      for (const socket of app.websocketServer.clients) {
        socket.close(CLOSE.goingAway, 'the dispatcher stops');
        // Whoever does not answer must not keep the server from stopping.
        setTimeout(() => socket.terminate(), CLOSE_LIMIT).unref();
      }
      app.websocketServer.close();
      done();
    },
  });
}
