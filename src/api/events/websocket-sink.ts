/** A subscriber on a WebSocket. */
import type { WebSocket } from 'ws';
import type { NumberedEvent } from '../../events/history.ts';
import type { StreamHeartbeat, StreamMessage } from '../../events/stream-messages.ts';
import type { EndReason, Sink } from '../../events/subscriber.ts';
import { closeReason } from '../../websocket/close-reason.ts';
import { CLOSE, END_REASONS } from './close-codes.ts';

/** Milliseconds for the other side to answer the closing of the connection. */
const CLOSE_LIMIT = 1000;
const TEXT = { binary: false } as const;
const ignore = () => undefined;

export class WebSocketSink implements Sink {
  readonly #socket: WebSocket;
  /** It answered the last ping. */
  #alive = true;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('pong', () => {
      this.#alive = true;
    });
  }

  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  send({ json }: NumberedEvent, written: () => void = ignore): void {
    this.#socket.send(json, TEXT, written);
  }

  say(message: StreamMessage): void {
    this.#socket.send(JSON.stringify(message), ignore);
  }

  beat(message: StreamHeartbeat): void {
    if (!this.#alive) {
      this.#socket.terminate();
      return;
    }
    this.#alive = false;
    this.#socket.ping('', undefined, ignore);
    this.say(message);
  }

  end(reason: EndReason): void {
    this.close(CLOSE[reason], END_REASONS[reason]);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, closeReason(reason));
    // What still waits to be read would hold the closing back for ever.
    setTimeout(() => this.#socket.terminate(), CLOSE_LIMIT).unref();
  }
}
