/**
 * A FAKE of a mediasoup worker's WebRtcServer port, for tests without mediasoup: it answers STUN over UDP and TCP
 * as a real one was seen to (mediasoup 3.19.3), and does nothing else. What a real worker does is tested with
 * real ones.
 */
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';
import { frame, FrameReader } from '../../src/stun/framing.ts';
import { decodeMessage, encodeMessage, verifyIntegrity, type StunMessage } from '../../src/stun/message.ts';
import type { IceCredentials } from '../../src/stun/exchange.ts';
import type { CredentialSource, WorkerCredentials } from '../../src/health/sources.ts';

interface Peer {
  readonly address: string;
  readonly port: number;
}

export class FakeWorker {
  readonly credentials: IceCredentials;
  /** Silent from now on, as under SIGSTOP: TCP connections are still accepted (there: by the kernel). */
  hung = false;
  /** Packets that came by UDP. */
  received = 0;
  /** Drops so many packets before it answers one. */
  dropNext = 0;
  readonly address: string;
  readonly port: number;
  readonly #udp: UdpSocket;
  readonly #tcp: Server;
  readonly #connections = new Set<Socket>();
  readonly #tuples = new Set<string>();

  private constructor(address: string, udp: UdpSocket, tcp: Server, credentials: IceCredentials) {
    this.address = address;
    this.port = udp.address().port;
    this.credentials = credentials;
    this.#udp = udp;
    this.#tcp = tcp;
    udp.on('message', (packet, from: RemoteInfo) => {
      this.received++;
      if (this.dropNext > 0) {
        this.dropNext--;
        return;
      }
      const answer = this.#answer(packet, from);
      if (answer) udp.send(answer, from.port, from.address);
    });
    tcp.on('connection', (socket) => {
      this.#connections.add(socket);
      const reader = new FrameReader();
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.#connections.delete(socket));
      socket.on('data', (chunk) => {
        for (const packet of reader.push(chunk)) {
          const answer = this.#answer(packet, {
            address: socket.remoteAddress ?? '',
            port: socket.remotePort ?? 0,
          });
          if (answer) socket.write(frame(answer));
        }
      });
    });
  }

  /** On a free port, the same for UDP and TCP, or on the one that is given. */
  static async start(
    options: { address?: string; port?: number; credentials?: IceCredentials } = {},
  ): Promise<FakeWorker> {
    const { address = '127.0.0.1', port = 0, credentials = randomCredentials() } = options;
    for (;;) {
      const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4');
      udp.bind(port, address);
      await once(udp, 'listening');
      const tcp = createServer();
      tcp.listen(udp.address().port, address);
      try {
        await once(tcp, 'listening');
        return new FakeWorker(address, udp, tcp, credentials);
      } catch (error) {
        udp.close();
        if (port !== 0) throw error;
      }
    }
  }

  /** As when its process is killed. */
  async stop(): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    const closed = Promise.all([once(this.#udp, 'close'), once(this.#tcp, 'close')]);
    this.#udp.close();
    this.#tcp.close();
    await closed;
  }

  #answer(packet: Buffer, from: Peer): Buffer | undefined {
    const request = this.hung ? undefined : requestIn(packet);
    if (!request) return undefined;
    const tuple = `${from.address} ${from.port}`;
    const { usernameFragment, password } = this.credentials;
    if (request.username?.split(':')[0] !== usernameFragment) {
      return this.#tuples.has(tuple) ? refusal(request, 400) : undefined;
    }
    if (request.integrityOffset === undefined || !request.priority || !request.fingerprinted) {
      return refusal(request, 400);
    }
    if (!verifyIntegrity(packet, request, password)) return refusal(request, 401);
    if (request.iceControlled !== undefined) return refusal(request, 487);
    this.#tuples.add(tuple);
    return encodeMessage(
      {
        class: 'success',
        transactionId: request.transactionId,
        mappedAddress: { family: from.address.includes(':') ? 6 : 4, ...from },
      },
      { password },
    );
  }
}

function requestIn(packet: Buffer): StunMessage | undefined {
  try {
    const message = decodeMessage(packet);
    return message.class === 'request' ? message : undefined;
  } catch {
    return undefined;
  }
}

function refusal({ transactionId }: StunMessage, code: number): Buffer {
  return encodeMessage({ class: 'error', transactionId, errorCode: { code, reason: '' } });
}

export function randomCredentials(): IceCredentials {
  return {
    usernameFragment: randomBytes(16).toString('hex'),
    password: randomBytes(16).toString('hex'),
  };
}

/** The credentials that nodes would have told. */
export function credentialsOf(workers: readonly WorkerCredentials[]): CredentialSource {
  return {
    of: (node, port) => workers.find((worker) => worker.node === node && worker.port === port),
    all: () => workers,
  };
}

/** As a node would tell them of one of its workers. */
export function told(node: string, { port, credentials }: FakeWorker): WorkerCredentials {
  return { node, port, ...credentials };
}
