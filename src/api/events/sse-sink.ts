/** A subscriber by server-sent events (HTML, section 9.2). */
import { Readable } from 'node:stream';
import type { NumberedEvent } from '../../events/history.ts';
import { formatPosition } from '../../events/position.ts';
import type { StreamHeartbeat, StreamMessage } from '../../events/stream-messages.ts';
import type { EndReason, Sink } from '../../events/subscriber.ts';

export class SseSink implements Sink {
  /** The answer's body. */
  readonly body: Readable;
  /** Ends the connection, whatever waits on it. */
  readonly #cut: () => void;
  #written: (() => void) | undefined;

  constructor(cut: () => void) {
    this.#cut = cut;
    this.body = new Readable({ read: () => this.#drained() });
  }

  get buffered(): number {
    return this.body.readableLength;
  }

  send({ sse }: NumberedEvent, written?: () => void): void {
    this.#written = written;
    this.body.push(sse);
  }

  say(message: StreamMessage): void {
    this.body.push(`id: ${formatPosition(message)}\ndata: ${JSON.stringify(message)}\n\n`);
  }

  /** A comment, and an id without data: whoever comes again resumes from here, and nobody has to take a message. */
  beat(message: StreamHeartbeat): void {
    this.body.push(`: heartbeat\nid: ${formatPosition(message)}\n\n`);
  }

  end(reason: EndReason): void {
    if (reason === 'stopping') this.body.push(null);
    else this.#cut();
  }

  /** The stream asks for more: what waited has gone on its way. */
  #drained(): void {
    const written = this.#written;
    this.#written = undefined;
    written?.();
  }
}
