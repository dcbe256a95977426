import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { roomNameFault } from '../../room-name.ts';
import type { Whereabouts } from '../dispatchers.ts';
import type { Assignment } from '../protocol.ts';
import { NoRoomError, type Room, type Rooms } from '../rooms.ts';
import { isMethod, readData, readRequest, SignallingError, type Method, type Request } from './messages.ts';
import { Peer } from './peer.ts';

/** Close codes; 4000 and up are an application's own (RFC 6455 section 7.4.2). */
export const CLOSE = { badMessage: 4400, roomClosed: 4410, elsewhere: 4421, tooMuch: 4429 } as const;

/** Requests of one client that wait for their turn. */
const MAX_WAITING_REQUESTS = 64;
/** Bytes that a client leaves unread before it is dropped. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

export interface SessionContext {
  readonly assignment: Assignment;
  readonly rooms: Rooms;
  /** Where a room that is not live here belongs; undefined: here, or nobody knows better. */
  readonly whereIs: (room: string) => Promise<Whereabouts | undefined>;
}

/** One client's connection: its requests, one after another, and its part in one room. */
export class Session {
  readonly #socket: WebSocket;
  readonly #context: SessionContext;
  readonly #peer: Peer;
  #room: Room | undefined;
  #joining = false;
  #queue: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(socket: WebSocket, context: SessionContext) {
    this.#socket = socket;
    this.#context = context;
    this.#peer = new Peer({
      id: randomUUID(),
      assignment: context.assignment,
      onChange: () => {
        if (this.#room) context.rooms.changed(this.#room);
      },
      notify: (event, data) => this.#send({ event, data }),
      dismiss: (reason) => {
        this.#room = undefined;
        this.#send({ event: 'room-closed', data: { reason } });
        this.#socket.close(CLOSE.roomClosed, 'room closed');
      },
    });
  }

  /** One message from the client. */
  receive(text: string): void {
    const request = readRequest(text);
    if (!request) {
      this.#socket.close(CLOSE.badMessage, 'not a request');
      return;
    }
    if (++this.#waiting > MAX_WAITING_REQUESTS) {
      this.#socket.close(CLOSE.tooMuch, 'too many requests at once');
      return;
    }
    this.#queue = this.#queue.then(() => this.#answer(request)).finally(() => this.#waiting--);
  }

  /** The connection is gone. */
  end(): void {
    const room = this.#room;
    this.#room = undefined;
    this.#peer.close();
    if (!room) return;
    this.#context.rooms.leave(room, this.#peer);
    room.tell(this.#peer.id, 'participant-left', { participant: this.#peer.id });
  }

  async #answer(request: Request): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    try {
      this.#send({ id: request.id, data: await this.#handle(request) });
    } catch (error) {
      const { code, message, members } = toSignallingError(error);
      this.#send({ id: request.id, error: { code, message, ...members } });
      if (code === 'elsewhere') this.#socket.close(CLOSE.elsewhere, 'elsewhere');
    }
  }

  #handle({ method, data }: Request): Promise<object> | object {
    if (!isMethod(method)) throw new SignallingError('bad-request', `there is no method ${method}`);
    if (method === 'join') return this.#join(readData(method, data).room);
    return this.#inRoom(method, data);
  }

  #inRoom(method: Exclude<Method, 'join'>, data: unknown): Promise<object> | object {
    const room = this.#room;
    if (!room) throw new SignallingError('not-joined', 'join a room first');
    const peer = this.#peer;
    switch (method) {
      case 'create-transport':
        return peer.createTransport(room);
      case 'connect-transport':
        return peer.connectTransport(readData(method, data));
      case 'produce':
        return peer.produce(room, readData(method, data));
      case 'consume':
        return peer.consume(room, readData(method, data));
      case 'resume':
        return peer.resume(readData(method, data));
      case 'close-producer':
        return peer.closeProducer(readData(method, data));
      case 'close-consumer':
        return peer.closeConsumer(readData(method, data));
    }
  }

  async #join(name: string): Promise<object> {
    if (this.#room || this.#joining) throw new SignallingError('already-joined', 'one room per connection');
    const fault = roomNameFault(name);
    if (fault !== undefined) throw new SignallingError('bad-request', fault);
    const { rooms, whereIs } = this.#context;
    this.#joining = true;
    try {
      // A live room is where it is; only for a new one it has to be asked whether it belongs here.
      const elsewhere = rooms.get(name) ? undefined : await whereIs(name);
      if (elsewhere) {
        throw new SignallingError('elsewhere', `this room is on node ${elsewhere.node}`, { ...elsewhere });
      }
      const room = await rooms.join(name, this.#peer);
      this.#room = room;
      if (this.#socket.readyState !== this.#socket.OPEN) this.end();
      else room.tell(this.#peer.id, 'participant', { participant: this.#peer.id });
      return {
        participant: this.#peer.id,
        rtpCapabilities: room.router.rtpCapabilities,
        producers: [...room.participants.values()].flatMap(({ id, producers }) =>
          [...producers.values()].map((producer) => ({
            producer: producer.id,
            participant: id,
            kind: producer.kind,
          })),
        ),
      };
    } finally {
      this.#joining = false;
    }
  }

  #send(message: object): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_WAITING_BYTES) this.#socket.terminate();
    else this.#socket.send(JSON.stringify(message), () => undefined);
  }
}

function toSignallingError(error: unknown): SignallingError {
  if (error instanceof SignallingError) return error;
  if (error instanceof NoRoomError) return new SignallingError(error.code, error.message);
  return new SignallingError('unavailable', 'the node failed to do that', {}, { cause: error });
}
