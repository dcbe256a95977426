import { once } from 'node:events';
import type { TestContext } from 'node:test';
import type { ConnectionOptions } from 'node:tls';
import { WebSocket, type ClientOptions } from 'ws';

interface Answer {
  readonly id: number;
  readonly data?: Record<string, unknown>;
  readonly error?: { readonly code: string; readonly message: string; readonly [member: string]: unknown };
}

type Options = ClientOptions & Pick<ConnectionOptions, 'servername'>;

/** A signalling client that can ask, and writes down what it is told. */
export class Client {
  readonly events: { event: string; data: Record<string, unknown> }[] = [];
  closed: number | undefined;
  readonly socket: WebSocket;
  readonly #answers = new Map<number, (answer: Answer) => void>();
  #next = 1;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Answer | (typeof this.events)[number];
      if ('event' in message) this.events.push(message);
      else this.#answers.get(message.id)?.(message);
    });
    socket.on('close', (code) => (this.closed = code));
  }

  /** With `autoPong: false` it looks like one whose network went away. */
  static async connect(t: TestContext, url: string, options: Options = {}): Promise<Client> {
    const client = new Client(new WebSocket(url, options));
    t.after(() => client.socket.terminate());
    await once(client.socket, 'open');
    return client;
  }

  /** The answer as it is, error or not. */
  ask(method: string, data: object = {}): Promise<Answer> {
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.socket.send(JSON.stringify({ id, method, data }));
    });
  }

  /** The data of the answer; an error fails the test. */
  async get<T = Record<string, unknown>>(method: string, data: object = {}): Promise<T> {
    const answer = await this.ask(method, data);
    if (answer.error) throw new Error(`${method}: ${answer.error.code} ${answer.error.message}`);
    return answer.data as T;
  }
}
