/** RFC 4571: over TCP each packet of ICE, STUN among them, comes behind its length in two bytes. */
import { StunError } from './error.ts';
import { MAX_MESSAGE_BYTES } from './model.ts';

const LENGTH_BYTES = 2;

/** @throws StunError `too-long` for more than two bytes can count. */
export function frame(packet: Buffer): Buffer {
  if (packet.length > 0xffff) throw new StunError('too-long', `${packet.length} bytes`);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(packet.length);
  return Buffer.concat([length, packet]);
}

/**
 * Cuts one connection's stream into packets. It never holds more than one frame of `maxBytes` beside the chunk
 * it was given. Null frames (length 0, which RFC 4571 allows as keep-alives) are passed over.
 */
export class FrameReader {
  #rest = Buffer.alloc(0);
  readonly #maxBytes: number;

  constructor(maxBytes = MAX_MESSAGE_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /**
   * The packets that this chunk completes, in order.
   *
   * @throws StunError `too-long` where a frame announces more than `maxBytes`: close the connection then,
   *   since there is no telling where the next frame begins.
   */
  push(chunk: Buffer): Buffer[] {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const packets: Buffer[] = [];
    while (bytes.length >= LENGTH_BYTES) {
      const length = bytes.readUInt16BE();
      if (length > this.#maxBytes) throw new StunError('too-long', `a frame of ${length} bytes`);
      const end = LENGTH_BYTES + length;
      if (bytes.length < end) break;
      if (length > 0) packets.push(bytes.subarray(LENGTH_BYTES, end));
      bytes = bytes.subarray(end);
    }
    this.#rest = Buffer.from(bytes);
    return packets;
  }
}
