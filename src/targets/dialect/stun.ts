/** The one STUN message that monitors of devices send: it is part of a configuration, so it never changes. */
import { encodeMessage } from '../../stun/message.ts';

/**
 * A Binding request (RFC 8489 section 5) without attributes: 20 bytes. Its transaction id says who asks. A
 * media node's STUN port answers it; a media port never does, since it has no USERNAME (mediasoup drops
 * it), which is why monitors are not pointed at media ports.
 */
export const STUN_REQUEST: Buffer = encodeMessage(
  { class: 'request', transactionId: Buffer.from('RoomLB-probe') },
  { fingerprint: false },
);

/** What a success response begins with: class success, method Binding (RFC 8489 section 5). */
export const STUN_ANSWER: Buffer = Buffer.from([0x01, 0x01]);

/** Two lower-case hex digits a byte, joined: the form of most devices. */
export function hexBytes(bytes: Buffer, separator = '', prefix = ''): string {
  return Array.from(bytes, (byte) => `${prefix}${byte.toString(16).padStart(2, '0')}`).join(separator);
}
