/** STUN (RFC 8489) as far as ICE connectivity checks (RFC 8445) need it: the shapes and the numbers. */

export const MAGIC_COOKIE = 0x2112a442;
export const HEADER_BYTES = 20;
export const TRANSACTION_ID_BYTES = 12;
/** RFC 8489 section 18.2: the only method a media node answers. */
export const BINDING = 0x001;

/** Longer packets are refused unread: a Binding exchange of ICE takes about 100 bytes. */
export const MAX_MESSAGE_BYTES = 2048;
/** More attributes than this are refused: ICE sends seven. */
export const MAX_ATTRIBUTES = 32;
/** RFC 8489 section 14.3: USERNAME is shorter than 509 bytes. */
export const MAX_USERNAME_BYTES = 508;
/** RFC 8489 sections 14.8 and 14.14: below 128 characters, which can take up to 509 bytes. */
export const MAX_TEXT_BYTES = 508;

/** Types of attributes: RFC 8489 section 18.3, and RFC 8445 section 20.1 for those of ICE. */
export const Attribute = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  software: 0x8022,
  fingerprint: 0x8028,
  iceControlled: 0x8029,
  iceControlling: 0x802a,
} as const;

/** From this type on an attribute may be ignored by who doesn't know it (RFC 8489 section 14). */
export const FIRST_OPTIONAL_ATTRIBUTE = 0x8000;

/** RFC 8489 section 5: the two class bits, by value. */
export const MESSAGE_CLASSES = ['request', 'indication', 'success', 'error'] as const;
export type MessageClass = (typeof MESSAGE_CLASSES)[number];

/** An address and port as a server saw them. `address` is canonical text (RFC 5952 for IPv6), no zone id. */
export interface TransportAddress {
  readonly family: 4 | 6;
  readonly address: string;
  readonly port: number;
}

/** ERROR-CODE: 300–699, and the words that came with it. */
export interface ErrorCode {
  readonly code: number;
  readonly reason: string;
}

/** What a message says, without what proves it. An attribute that is absent is undefined. */
export interface MessageFields {
  readonly class: MessageClass;
  /** 12 bytes. */
  readonly transactionId: Buffer;
  /** BINDING where left out. */
  readonly method?: number;
  readonly username?: string;
  /** RFC 8445 section 7.1.1: 32 bits, never 0 in a check. */
  readonly priority?: number;
  /** Tie-breaker, 64 bits: the sender believes that it controls. */
  readonly iceControlling?: bigint;
  readonly iceControlled?: bigint;
  readonly useCandidate?: boolean;
  readonly mappedAddress?: TransportAddress;
  readonly errorCode?: ErrorCode;
  /** UNKNOWN-ATTRIBUTES of a 420 answer. */
  readonly unknownAttributes?: readonly number[];
  readonly software?: string;
}

/** A message as it was read. */
export interface StunMessage extends MessageFields {
  readonly method: number;
  readonly useCandidate: boolean;
  /** Types of attributes that a receiver must understand and this product doesn't (RFC 8489 section 6.3.1: 420). */
  readonly notUnderstood: readonly number[];
  /** Where MESSAGE-INTEGRITY begins in the packet; undefined: unsigned. `verifyIntegrity()` checks it. */
  readonly integrityOffset: number | undefined;
  /** FINGERPRINT was there, and right: a wrong one is an error of the decoder. */
  readonly fingerprinted: boolean;
}
