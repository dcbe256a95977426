/** One question and its answer, over a socket of its own: what a connectivity check of ICE does (RFC 8445). */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { decodeMessage, looksLikeStun } from './decode.ts';
import { encodeMessage } from './encode.ts';
import { frame, FrameReader } from './framing.ts';
import { verifyIntegrity } from './integrity.ts';
import { TRANSACTION_ID_BYTES, type StunMessage, type TransportAddress } from './model.ts';

/** What a transport of ICE is known by. */
export interface IceCredentials {
  readonly usernameFragment: string;
  readonly password: string;
}

export interface ExchangeTarget {
  readonly transport: 'udp' | 'tcp';
  /** An IP address; nothing is ever looked up. */
  readonly address: string;
  readonly port: number;
}

/** `rtt` is in milliseconds, from the (first) question to this answer. */
export type ExchangeResult =
  /** Signed with the question's password, if it has one: this and no other transport answered. */
  | { readonly kind: 'success'; readonly rtt: number; readonly mappedAddress: TransportAddress }
  /** A success that this transport didn't sign. */
  | { readonly kind: 'foreign'; readonly rtt: number }
  /** A success, well signed, that does not tell an address. */
  | { readonly kind: 'incomplete'; readonly rtt: number }
  | { readonly kind: 'error'; readonly rtt: number; readonly code: number; readonly reason: string }
  /** No answer in time; so many packets came that were none. */
  | { readonly kind: 'silence'; readonly strays: number }
  /** The socket's own error, by its code (`ECONNREFUSED`, …); `ECLOSED`: the peer hung up without an answer. */
  | { readonly kind: 'socket'; readonly code: string };

/** Of the checked candidate; any but 0 (RFC 8445 section 7.1.1). This is a host candidate's, component 1. */
const PRIORITY = 0x7effffff;
/** What the second half of USERNAME says: the peer takes any. */
const OWN_FRAGMENT = 'roomlb';

/** What is asked, and what the answer is known and proven by. */
export interface Question {
  readonly transactionId: Buffer;
  readonly packet: Buffer;
  /** Signs the answer; null: none is signed. */
  readonly password: string | null;
}

/** A Binding request that a live transport answers with success. */
export function bindingRequest(credentials: IceCredentials): Question {
  const transactionId = randomBytes(TRANSACTION_ID_BYTES);
  const packet = encodeMessage(
    {
      class: 'request',
      transactionId,
      username: `${credentials.usernameFragment}:${OWN_FRAGMENT}`,
      priority: PRIORITY,
      iceControlling: transactionId.readBigUInt64BE(),
    },
    { password: credentials.password },
  );
  return { transactionId, packet, password: credentials.password };
}

/** A Binding request for any STUN server (RFC 8489 section 12): a media port of ICE does not answer it. */
export function plainBindingRequest(): Question {
  const transactionId = randomBytes(TRANSACTION_ID_BYTES);
  return { transactionId, packet: encodeMessage({ class: 'request', transactionId }), password: null };
}

/**
 * Asks, and waits up to `timeout` milliseconds. Over UDP the same question is sent once more at half time
 * (RFC 8489 section 6.2.1), so that one lost packet is no silence. Never rejects.
 */
export function exchange(
  target: ExchangeTarget,
  question: Question,
  timeout: number,
): Promise<ExchangeResult> {
  const { transactionId, packet, password } = question;
  return new Promise((resolve) => {
    const start = performance.now();
    let strays = 0;
    let timer: NodeJS.Timeout | undefined = undefined;
    const finish = (result: ExchangeResult) => {
      clearTimeout(timer);
      link.close();
      resolve(result);
    };
    const link = (target.transport === 'udp' ? openUdp : openTcp)(target, {
      packet(bytes) {
        const answer = answerTo(transactionId, bytes);
        if (answer) finish(judge(answer, bytes, password, performance.now() - start));
        else strays++;
      },
      failed: (code) => finish({ kind: 'socket', code }),
    });
    link.send(packet);
    timer = setTimeout(() => {
      if (target.transport === 'udp') link.send(packet);
      timer = setTimeout(() => finish({ kind: 'silence', strays }), timeout / 2);
    }, timeout / 2);
  });
}

/** The message, if the bytes are a STUN answer to this question; whatever else arrives is a stray. */
export function answerTo(transactionId: Buffer, packet: Buffer): StunMessage | undefined {
  if (!looksLikeStun(packet)) return undefined;
  try {
    const message = decodeMessage(packet);
    const isAnswer = message.class === 'success' || message.class === 'error';
    return isAnswer && message.transactionId.equals(transactionId) ? message : undefined;
  } catch {
    return undefined;
  }
}

/** Error answers are not signed (RFC 8489 section 9.1.3): that they know the transaction id must do. */
export function judge(
  answer: StunMessage,
  packet: Buffer,
  password: string | null,
  rtt: number,
): ExchangeResult {
  if (answer.class === 'error') {
    return { kind: 'error', rtt, ...(answer.errorCode ?? { code: 0, reason: 'no ERROR-CODE' }) };
  }
  if (password !== null && !verifyIntegrity(packet, answer, password)) return { kind: 'foreign', rtt };
  if (!answer.mappedAddress) return { kind: 'incomplete', rtt };
  return { kind: 'success', rtt, mappedAddress: answer.mappedAddress };
}

/** Where packets of one peer come in. After `failed` nothing more is told. */
export interface PacketHandlers {
  packet(bytes: Buffer): void;
  failed(code: string): void;
}

/** A socket to one peer. `send` before it is connected is kept until then; `close` may be called twice. */
export interface PacketLink {
  send(packet: Buffer): void;
  close(): void;
}

/** Addresses are addresses already: spares a turn of the event loop and any question to a resolver. */
const noLookup = (
  hostname: string,
  _options: unknown,
  callback: (error: null, address: string, family: number) => void,
) => callback(null, hostname, hostname.includes(':') ? 6 : 4);

export function openUdp(target: ExchangeTarget, handlers: PacketHandlers): PacketLink {
  const type = target.address.includes(':') ? 'udp6' : 'udp4';
  const socket = createSocket({ type, lookup: noLookup });
  const waiting: Buffer[] = [];
  let state: 'connecting' | 'open' | 'closed' = 'connecting';
  const close = () => {
    if (state !== 'closed') socket.close();
    state = 'closed';
  };
  const fail = (error: Error) => {
    if (state === 'closed') return;
    close();
    // Some errors come before this function has returned: whoever opens a link is told of none before that.
    queueMicrotask(() => handlers.failed(codeOf(error)));
  };
  const send = (packet: Buffer) => socket.send(packet, (error) => error && fail(error));
  socket.on('error', fail);
  socket.on('message', (packet) => {
    if (state === 'open') handlers.packet(packet);
  });
  // Connected: a closed port is then an error (by ICMP) instead of silence, and strangers are not heard.
  socket.connect(target.port, target.address, (error?: Error) => {
    if (error) fail(error);
    if (state === 'closed') return;
    state = 'open';
    for (const packet of waiting) send(packet);
  });
  return {
    send: (packet) => {
      if (state === 'open') send(packet);
      else if (state === 'connecting') waiting.push(packet);
    },
    close,
  };
}

export function openTcp(target: ExchangeTarget, handlers: PacketHandlers): PacketLink {
  const reader = new FrameReader();
  const socket = connect({ host: target.address, port: target.port });
  let closed = false;
  const close = () => {
    closed = true;
    socket.destroy();
  };
  const fail = (code: string) => {
    if (closed) return;
    close();
    handlers.failed(code);
  };
  socket.on('error', (error) => fail(codeOf(error)));
  socket.on('close', () => fail('ECLOSED'));
  socket.on('data', (chunk) => {
    try {
      for (const packet of reader.push(chunk)) if (!closed) handlers.packet(packet);
    } catch {
      fail('EPROTO');
    }
  });
  return { send: (packet) => socket.write(frame(packet)), close };
}

function codeOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.name;
}
