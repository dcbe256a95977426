import type { WebSocket } from 'ws';
import {
  CLOSE,
  PROTOCOL,
  ProtocolError,
  readNodeMessage,
  type DispatcherMessage,
  type NodeMessage,
} from '../media-node/protocol.ts';
import { closeReason } from '../websocket/close-reason.ts';
import { RegistrationError } from './registration-error.ts';
import { patienceOf, type NodeRegistry } from './registry.ts';
import type { Link } from './record.ts';
import { Throttle } from './throttle.ts';

/** Milliseconds for a node to say `hello`. */
const HELLO_LIMIT = 5000;
/** Milliseconds for a node to answer the closing of its connection. */
const CLOSE_LIMIT = 1000;
/** Messages a second that are read of one node; more of them wait in its own socket. */
const MESSAGES_PER_SECOND = 500;
/** Messages at once: as many as tell of 100,000 rooms, and then some. */
const BURST = 2000;

const CODES: Readonly<Record<RegistrationError['fault'], number>> = {
  'unknown-node': CLOSE.unknownNode,
  'wrong-kind': CLOSE.unknownNode,
  'no-media': CLOSE.unknownNode,
  duplicate: CLOSE.duplicate,
  reassigned: CLOSE.reassigned,
  version: CLOSE.misunderstood,
};

export interface NodeLinkOptions {
  readonly node: string;
  readonly socket: WebSocket;
  readonly registry: NodeRegistry;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly helloLimit?: number;
}

/** A media node's connection, from its opening to its end. What it says goes to the registry. */
export class NodeLink implements Link {
  readonly #options: NodeLinkOptions;
  readonly #throttle: Throttle;
  #greeted = false;
  /** Why this side ended it. */
  #ended: string | undefined;
  /** Ends it when nothing is heard. */
  #silence: NodeJS.Timeout;
  #paused: NodeJS.Timeout | undefined;

  constructor(options: NodeLinkOptions) {
    const { socket, now, helloLimit = HELLO_LIMIT } = options;
    this.#options = options;
    this.#throttle = new Throttle(MESSAGES_PER_SECOND, BURST, now());
    this.#silence = setTimeout(() => this.close(CLOSE.silent, 'no hello came'), helloLimit);
    socket.on('message', (data: Buffer, binary: boolean) => this.#receive(data, binary));
    socket.on('close', (code, reason) => this.#closed(code, reason.toString()));
  }

  close(code: number, reason: string): void {
    if (this.#ended !== undefined) return;
    const { socket, registry, node } = this.#options;
    this.#ended = reason;
    // A socket that is paused would never hear that the other side closes as well.
    clearTimeout(this.#paused);
    socket.resume();
    socket.close(code, closeReason(reason));
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => socket.terminate(), CLOSE_LIMIT);
    registry.closed(node, this, reason, true);
  }

  #receive(data: Buffer, binary: boolean): void {
    if (this.#ended !== undefined) return;
    this.#slowDown();
    this.#silence.refresh();
    try {
      if (binary) throw new ProtocolError('a binary frame');
      this.#take(readNodeMessage(data.toString()));
    } catch (error) {
      this.#refuse(error);
    }
  }

  #take(message: NodeMessage): void {
    const { node, registry } = this.#options;
    if (message.type !== 'hello') {
      if (!this.#greeted) throw new ProtocolError(`${message.type} before hello`);
      registry.receive(node, this, message);
      return;
    }
    if (this.#greeted) throw new ProtocolError('a second hello');
    if (message.node !== node) throw new ProtocolError(`hello of node ${message.node} to that of ${node}`);
    const interval = registry.hello(node, this, message);
    this.#greeted = true;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#silent(), patienceOf(interval));
    this.#say({ type: 'welcome', protocol: PROTOCOL, heartbeatInterval: interval });
  }

  #refuse(error: unknown): void {
    const { node, registry } = this.#options;
    if (error instanceof RegistrationError) this.close(CODES[error.fault], error.message);
    else if (error instanceof ProtocolError) this.close(CLOSE.misunderstood, error.message);
    else this.close(CLOSE.failed, 'the dispatcher failed; its log says why');
    registry.complain(node, error instanceof Error ? error.message : String(error));
  }

  /** Not heard of for so long that its connection is broken, or its process hangs: news of the node. */
  #silent(): void {
    const { node, registry, socket } = this.#options;
    this.#ended = 'silent for too long';
    socket.terminate();
    registry.closed(node, this, this.#ended, false);
  }

  /** Reads no more of a node that talks faster than it may, until it may again: nothing is lost by that. */
  #slowDown(): void {
    const { socket, now } = this.#options;
    const wait = this.#throttle.take(now());
    if (wait === 0 || this.#paused) return;
    socket.pause();
    this.#paused = setTimeout(() => {
      this.#paused = undefined;
      socket.resume();
    }, wait);
  }

  #say(message: DispatcherMessage): void {
    this.#options.socket.send(JSON.stringify(message), () => undefined);
  }

  #closed(code: number, reason: string): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#paused);
    const { node, registry } = this.#options;
    const why = this.#ended ?? (reason === '' ? `connection closed (${code})` : `${reason} (${code})`);
    registry.closed(node, this, why, this.#ended !== undefined);
  }
}
