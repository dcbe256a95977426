/** A plain STUN server for monitors that cannot know a media port's ICE credentials. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { BINDING, decodeMessage, encodeMessage, looksLikeStun, type StunMessage } from '../stun/message.ts';
import { allListening } from './listening.ts';
import { RateLimit, type RateLimitOptions } from '../timing/rate-limit.ts';
import { now } from './timing.ts';

export type StunOutcome = 'answered' | 'refused' | 'unhealthy' | 'limited' | 'ignored';

export interface StunResponderOptions {
  readonly addresses: readonly string[];
  readonly port: number;
  /** Answers only while it says so. */
  readonly healthy: () => boolean;
  readonly limit: RateLimitOptions;
  readonly onOutcome: (outcome: StunOutcome) => void;
}

/** Answers a second: monitors ask about once a second each. */
export const DEFAULT_LIMIT: RateLimitOptions = { perSource: 20, total: 2000, sources: 10_000 };

/** A port that answers any Binding request (RFC 8489) from the address that it was asked at. */
export class StunResponder {
  readonly #options: StunResponderOptions;
  readonly #limit: RateLimit;
  readonly #sockets: readonly Socket[];

  private constructor(options: StunResponderOptions) {
    this.#options = options;
    this.#limit = new RateLimit(options.limit, now);
    this.#sockets = options.addresses.map((address) => this.#socket(address));
  }

  /** Fails if an address is not there or the port is taken. */
  static async start(options: StunResponderOptions): Promise<StunResponder> {
    const responder = new StunResponder(options);
    await allListening(
      responder.#sockets,
      options.addresses,
      (socket, address) => socket.bind({ port: options.port, address, exclusive: true }),
      () => responder.close(),
    );
    return responder;
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #socket(address: string): Socket {
    const socket = address.includes(':')
      ? createSocket({ type: 'udp6', ipv6Only: true })
      : createSocket('udp4');
    socket.on('message', (packet, from) => this.#options.onOutcome(this.#handle(socket, packet, from)));
    // Such as an unreachable monitor, told by ICMP: nothing to be done about it here.
    socket.on('error', () => undefined);
    return socket;
  }

  /**
   * Silent whenever it cannot say yes: to what is not STUN, to responses (so that two responders cannot talk
   * to each other for ever), while unhealthy, beyond the limit.
   */
  #handle(socket: Socket, packet: Buffer, from: RemoteInfo): StunOutcome {
    if (from.port === 0 || !looksLikeStun(packet)) return 'ignored';
    const request = bindingRequest(packet);
    if (!request) return 'ignored';
    if (!this.#options.healthy()) return 'unhealthy';
    if (!this.#limit.allow(from.address)) return 'limited';
    const reply = replyTo(request, from);
    socket.send(reply, from.port, from.address, () => undefined);
    return request.notUnderstood.length > 0 ? 'refused' : 'answered';
  }
}

/**
 * Success with XOR-MAPPED-ADDRESS, or 420 (RFC 8489 section 6.3.1); with FINGERPRINT if the request has it. The
 * reply is longer than its request by that one attribute at most (12 bytes for IPv4, 24 for IPv6; a 420 by 12):
 * no use as an amplifier.
 */
export function replyTo(
  request: StunMessage,
  from: { address: string; port: number; family: string },
): Buffer {
  const { transactionId, fingerprinted, notUnderstood } = request;
  const answer =
    notUnderstood.length > 0
      ? ({
          class: 'error',
          errorCode: { code: 420, reason: '' },
          unknownAttributes: notUnderstood,
        } as const)
      : ({
          class: 'success',
          mappedAddress: { family: from.family === 'IPv6' ? 6 : 4, address: from.address, port: from.port },
        } as const);
  return encodeMessage({ ...answer, transactionId }, { fingerprint: fingerprinted });
}

function bindingRequest(packet: Buffer): StunMessage | undefined {
  try {
    const message = decodeMessage(packet);
    return message.class === 'request' && message.method === BINDING ? message : undefined;
  } catch {
    return undefined;
  }
}
