import type { Logger } from 'pino';
import { WebSocket } from 'ws';
import { BackOff, type BackOffOptions } from '../back-off.ts';
import { accessHeaders, type Access } from '../http/access.ts';
import { register } from './dispatchers.ts';
import {
  CLOSE,
  MAX_FRAME_BYTES,
  readDispatcherMessage,
  type Assignment,
  type NodeMessage,
  type NodeStatus,
  type Registration,
} from './protocol.ts';
import { now } from './timing.ts';

export interface DispatcherLinkOptions {
  readonly url: URL;
  readonly access: Access;
  readonly node: string;
  readonly registration: Omit<Registration, 'protocol'>;
  readonly retry: BackOffOptions;
  readonly logger: Logger;
  /** All there is to know, for a dispatcher that knows nothing yet: `hello` and all rooms. */
  readonly greeting: () => Iterable<NodeMessage>;
  readonly status: () => NodeStatus;
  readonly onAssignment: (assignment: Assignment) => void;
}

/** Seconds for the dispatcher to accept the connection, and again to say welcome. */
const GREETING_LIMIT = 5;
/** Bytes that wait to be sent when the other side is held to be stuck. */
const MAX_WAITING = 4 * MAX_FRAME_BYTES;
/** Intervals without a sign of life after which a connection is given up; never less than `LEAST_SILENCE`. */
const SILENT_INTERVALS = 3;
const LEAST_SILENCE = 3;

/**
 * The connection to one dispatcher, for as long as the node lives: registers, connects, says everything, then
 * what is new; begins anew after a pause whenever that ends. Nothing is kept for a dispatcher that is away: the
 * greeting tells it all when it is back.
 */
export class DispatcherLink {
  readonly #options: DispatcherLinkOptions;
  readonly #backOff: BackOff;
  #socket: WebSocket | undefined;
  #connected = false;
  #stopped = false;
  #retry: NodeJS.Timeout | undefined;
  #beat: NodeJS.Timeout | undefined;
  #seq = 0;
  #heard = 0;
  #complaint = '';

  constructor(options: DispatcherLinkOptions) {
    this.#options = options;
    this.#backOff = new BackOff(options.retry);
  }

  get url(): string {
    return this.#options.url.href;
  }

  /** Whether the dispatcher has said welcome on the present connection. */
  get connected(): boolean {
    return this.#connected;
  }

  start(): void {
    void this.#connect();
  }

  /** Sends, if the greeting went out; otherwise the greeting will say it. */
  send(message: NodeMessage): void {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > MAX_WAITING) {
      this.#complain('the dispatcher does not read what it is sent');
      socket.terminate();
      return;
    }
    socket.send(JSON.stringify(message), () => undefined);
  }

  /** A heartbeat out of turn. */
  beat(): void {
    if (this.#connected) this.send({ type: 'heartbeat', seq: ++this.#seq, status: this.#options.status() });
  }

  /** Says this as the last thing, and leaves. Settles when it is sent, or cannot be. */
  async close(bye: NodeMessage): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    const socket = this.#socket;
    if (!socket) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    this.send(bye);
    socket.close(1001, 'node leaves');
    const limit = setTimeout(() => socket.terminate(), 1000);
    await closed;
    clearTimeout(limit);
  }

  async #connect(): Promise<void> {
    const { url, access, node, registration, onAssignment, logger } = this.#options;
    try {
      onAssignment(await register({ url, access }, node, registration));
    } catch (error) {
      this.#complain(error instanceof Error ? error.message : String(error));
      this.#again();
      return;
    }
    if (this.#stopped) return;
    const address = new URL(`/v1/nodes/${node}/heartbeat`, url);
    address.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address, {
      maxPayload: MAX_FRAME_BYTES,
      handshakeTimeout: GREETING_LIMIT * 1000,
      perMessageDeflate: false,
      headers: accessHeaders(access),
      ...access.tls,
    });
    this.#socket = socket;
    const welcomed = setTimeout(() => socket.terminate(), 2 * GREETING_LIMIT * 1000);
    socket.on('open', () => {
      for (const message of this.#options.greeting()) this.send(message);
    });
    socket.on('message', (data, binary) => {
      this.#heard = now();
      if (this.#connected) return;
      try {
        const { heartbeatInterval } = readDispatcherMessage(binary ? '' : asText(data));
        clearTimeout(welcomed);
        this.#welcome(heartbeatInterval);
      } catch (error) {
        this.#complain(error instanceof Error ? error.message : String(error));
        socket.close(1002, 'not understood');
      }
    });
    socket.on('pong', () => (this.#heard = now()));
    socket.on('error', (error) => this.#complain(error.message));
    socket.on('close', (code, reason) => {
      clearTimeout(welcomed);
      clearInterval(this.#beat);
      this.#socket = undefined;
      // What it is shown has been renewed since; if it has not, registering again says so.
      if (code === CLOSE.unauthorized)
        logger.info({ dispatcher: this.url }, 'connecting anew: the credential has ended');
      else if (this.#connected || reason.length > 0)
        this.#complain(`connection closed: ${code} ${reason.toString()}`);
      this.#connected = false;
      this.#again();
    });
  }

  #welcome(interval: number): void {
    this.#connected = true;
    this.#complaint = '';
    this.#seq = 0;
    this.#backOff.reset();
    this.#options.logger.info({ dispatcher: this.url, interval }, 'connected to dispatcher');
    const patience = Math.max(LEAST_SILENCE, SILENT_INTERVALS * interval);
    this.#beat = setInterval(() => {
      if (now() - this.#heard > patience) {
        this.#complain('the dispatcher is silent');
        this.#socket?.terminate();
        return;
      }
      this.#socket?.ping();
      this.beat();
    }, interval * 1000);
    this.beat();
  }

  #again(): void {
    if (this.#stopped) return;
    this.#retry = setTimeout(() => void this.#connect(), this.#backOff.next() * 1000);
  }

  /** Says each trouble once, however often it comes back, until a connection worked. */
  #complain(text: string): void {
    if (this.#stopped || text === this.#complaint) return;
    this.#complaint = text;
    this.#options.logger.warn({ dispatcher: this.url, reason: text }, 'no connection to dispatcher');
  }
}

function asText(data: WebSocket.RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return data instanceof ArrayBuffer ? Buffer.from(data).toString() : data.toString();
}
