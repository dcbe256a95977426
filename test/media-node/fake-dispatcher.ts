import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { WebSocketServer } from 'ws';
import {
  MAX_FRAME_BYTES,
  PROTOCOL,
  readNodeMessage,
  readRegistration,
  type Assignment,
  type NodeMessage,
  type Registration,
} from '../../src/media-node/protocol.ts';
import { loopback } from './support.ts';

type MessageOf<T extends NodeMessage['type']> = Extract<NodeMessage, { type: T }>;

/** A fake: the dispatcher's side of the protocol, which writes down what it hears. */
export class FakeDispatcher {
  readonly registrations: Registration[] = [];
  readonly messages: NodeMessage[] = [];
  /** Paths asked for by REST, but for registrations. */
  readonly requests: string[] = [];
  /** What REST answers, by `METHOD path`; a body with a `status` is a problem. */
  readonly answers = new Map<string, object>();
  interval = 0.1;
  connections = 0;
  readonly #assignment: Assignment;
  readonly #server = createServer((request, response) => void this.#rest(request, response));
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES });
  #port = 0;

  private constructor(assignment: Assignment) {
    this.#assignment = assignment;
    this.#server.on('upgrade', (request, socket, head) => {
      if (request.url !== `/v1/nodes/${assignment.node}/heartbeat`) {
        socket.destroy();
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (client) => {
        this.connections++;
        client.on('message', (data: Buffer) => {
          const message = readNodeMessage(data.toString());
          this.messages.push(message);
          if (message.type === 'hello') {
            client.send(
              JSON.stringify({ type: 'welcome', protocol: PROTOCOL, heartbeatInterval: this.interval }),
            );
          }
        });
      });
    });
  }

  static async start(t: TestContext, assignment: Assignment): Promise<FakeDispatcher> {
    const dispatcher = new FakeDispatcher(assignment);
    await dispatcher.listen();
    t.after(() => dispatcher.close());
    return dispatcher;
  }

  get url(): URL {
    return new URL(`http://${loopback(250)}:${this.#port}`);
  }

  /** Again on the same port after `close()`. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, loopback(250), resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    for (const client of this.#sockets.clients) client.terminate();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  all<T extends NodeMessage['type']>(type: T): MessageOf<T>[] {
    return this.messages.filter((message): message is MessageOf<T> => message.type === type);
  }

  last<T extends NodeMessage['type']>(type: T): MessageOf<T> | undefined {
    return this.all(type).at(-1);
  }

  /** Rooms as a dispatcher would know them from what it was told. */
  liveRooms(): Map<string, number> {
    const rooms = new Map<string, number>();
    for (const message of this.messages) {
      if (message.type === 'rooms') {
        if (message.reset) rooms.clear();
        for (const { room, participants } of message.live) rooms.set(room, participants);
        for (const room of message.closed) rooms.delete(room);
      } else if (message.type === 'worker-died') {
        for (const room of message.rooms) rooms.delete(room);
      }
    }
    return rooms;
  }

  async #rest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = `${request.method} ${request.url}`;
    const say = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (path === `PUT /v1/nodes/${this.#assignment.node}/registration`) {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      this.registrations.push(readRegistration(JSON.parse(Buffer.concat(chunks).toString())));
      say(200, { protocol: PROTOCOL, assignment: this.#assignment });
      return;
    }
    this.requests.push(path);
    // Unless it was told otherwise, every room belongs to the node.
    const here = { node: { id: this.#assignment.node }, signalling: null };
    const answer = this.answers.get(path) ?? (path.startsWith('PUT /v1/rooms/') ? here : undefined);
    if (answer && 'status' in answer && typeof answer.status === 'number') say(answer.status, answer);
    else if (answer) say(200, answer);
    else say(404, { detail: 'the fake knows nothing of it' });
  }
}
