/** The public face of `src/stun`: read, write, sign and check STUN messages. Framing for TCP is in `framing.ts`. */
export { decodeMessage, looksLikeStun } from './decode.ts';
export { encodeMessage, type EncodeOptions } from './encode.ts';
export { StunError, type StunFault } from './error.ts';
export { verifyIntegrity } from './integrity.ts';
export {
  Attribute,
  BINDING,
  MAX_MESSAGE_BYTES,
  type ErrorCode,
  type MessageClass,
  type MessageFields,
  type StunMessage,
  type TransportAddress,
} from './model.ts';
