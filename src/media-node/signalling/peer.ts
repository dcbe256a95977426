import type { Assignment } from '../protocol.ts';
import { clientCandidates } from '../assignment.ts';
import { createTransport } from '../media-worker.ts';
import type { Consumer, Producer, WebRtcTransport } from '../mediasoup.ts';
import type { Participant, Room } from '../rooms.ts';
import { TimeoutError, within } from '../timing.ts';
import { SignallingError, type MethodData } from './messages.ts';

/** Of one participant. A browser takes two transports, one each way. */
const MAX_TRANSPORTS = 8;
const MAX_PRODUCERS = 32;
const MAX_CONSUMERS = 2000;
/** Seconds for the worker to do one thing. */
const WORKER_LIMIT = 5;

export interface PeerOptions {
  readonly id: string;
  readonly assignment: Assignment;
  readonly onChange: () => void;
  readonly notify: (event: string, data: object) => void;
  readonly dismiss: (reason: string) => void;
}

/** A participant's transports, producers and consumers. All of them end with the transports. */
export class Peer implements Participant {
  readonly id: string;
  readonly producers = new Map<string, Producer>();
  readonly notify: (event: string, data: object) => void;
  readonly dismiss: (reason: string) => void;
  readonly #options: PeerOptions;
  readonly #transports = new Map<string, WebRtcTransport>();
  readonly #consumers = new Map<string, Consumer>();
  #transportsAsked = 0;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.id = options.id;
    this.notify = options.notify;
    this.dismiss = options.dismiss;
  }

  get consumers(): number {
    return this.#consumers.size;
  }

  close(): void {
    for (const transport of this.#transports.values()) transport.close();
    this.#transports.clear();
  }

  async createTransport(room: Room): Promise<object> {
    if (this.#transportsAsked >= MAX_TRANSPORTS) {
      throw new SignallingError('limit', `at most ${MAX_TRANSPORTS} transports each`);
    }
    this.#transportsAsked++;
    const { assignment } = this.#options;
    const creating = createTransport(room.router, room.running.server, assignment);
    const transport = await byWorker(creating, (late) => late.close());
    this.#transports.set(transport.id, transport);
    const { id, iceParameters, dtlsParameters } = transport;
    return {
      transport: id,
      iceParameters,
      iceCandidates: clientCandidates(assignment, transport.iceCandidates),
      dtlsParameters,
    };
  }

  async connectTransport({ transport, dtlsParameters }: MethodData<'connect-transport'>): Promise<object> {
    await byWorker(this.#transport(transport).connect({ dtlsParameters }));
    return {};
  }

  async produce(room: Room, { transport, kind, rtpParameters }: MethodData<'produce'>): Promise<object> {
    if (this.producers.size >= MAX_PRODUCERS) {
      throw new SignallingError('limit', `at most ${MAX_PRODUCERS} producers each`);
    }
    const creating = this.#transport(transport).produce({ kind, rtpParameters });
    const producer = await byWorker(creating, (late) => late.close());
    const forget = () => {
      this.producers.delete(producer.id);
      this.#options.onChange();
    };
    producer.on('transportclose', forget);
    this.producers.set(producer.id, producer);
    this.#options.onChange();
    room.tell(this.id, 'producer', { producer: producer.id, participant: this.id, kind });
    return { producer: producer.id };
  }

  async consume(
    room: Room,
    { transport, producer, rtpCapabilities }: MethodData<'consume'>,
  ): Promise<object> {
    if (this.#consumers.size >= MAX_CONSUMERS) {
      throw new SignallingError('limit', `at most ${MAX_CONSUMERS} consumers each`);
    }
    const known = [...room.participants.values()].some(({ producers }) => producers.has(producer));
    if (!known) throw new SignallingError('unknown-object', `there is no producer ${producer} in this room`);
    if (!room.router.canConsume({ producerId: producer, rtpCapabilities })) {
      throw new SignallingError('refused', 'the client has no codec for this producer');
    }
    const creating = this.#transport(transport).consume({
      producerId: producer,
      rtpCapabilities,
      paused: true,
    });
    const consumer = await byWorker(creating, (late) => late.close());
    const forget = () => {
      if (this.#consumers.delete(consumer.id)) this.#options.onChange();
    };
    consumer.on('transportclose', forget);
    consumer.on('producerclose', () => {
      forget();
      this.notify('producer-closed', { producer });
    });
    this.#consumers.set(consumer.id, consumer);
    this.#options.onChange();
    const { id, kind, rtpParameters } = consumer;
    return { consumer: id, producer, kind, rtpParameters };
  }

  async resume({ consumer }: MethodData<'resume'>): Promise<object> {
    await byWorker(known(this.#consumers, consumer, 'consumer').resume());
    return {};
  }

  closeProducer({ producer }: MethodData<'close-producer'>): object {
    known(this.producers, producer, 'producer').close();
    this.producers.delete(producer);
    this.#options.onChange();
    return {};
  }

  closeConsumer({ consumer }: MethodData<'close-consumer'>): object {
    known(this.#consumers, consumer, 'consumer').close();
    this.#consumers.delete(consumer);
    this.#options.onChange();
    return {};
  }

  #transport(id: string): WebRtcTransport {
    return known(this.#transports, id, 'transport');
  }
}

function known<T>(map: ReadonlyMap<string, T>, id: string, what: string): T {
  const found = map.get(id);
  if (!found) throw new SignallingError('unknown-object', `you have no ${what} ${id}`);
  return found;
}

/** What the worker says no to is the client's fault (mediasoup checks parameters); its silence is ours. */
async function byWorker<T>(work: Promise<T>, late?: (value: T) => void): Promise<T> {
  try {
    return await within(WORKER_LIMIT, 'the media worker', work, late);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new SignallingError(
      cause instanceof TimeoutError ? 'unavailable' : 'refused',
      message,
      {},
      { cause },
    );
  }
}
