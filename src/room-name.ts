/** Most bytes a room's name may have as UTF-8. */
export const MAX_ROOM_BYTES = 256;

// C0 and C1 control characters, DEL, and lone surrogates (which have no UTF-8 form).
// eslint-disable-next-line no-control-regex -- control characters are the very thing to look for
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/u;

/**
 * What is wrong with a room's name, or undefined where it is fine. Rooms are named by applications: data,
 * never part of a generated configuration. 1–256 bytes of UTF-8 without control characters.
 */
export function roomNameFault(room: string): string | undefined {
  if (room.length === 0) return 'a room name must not be empty';
  if (FORBIDDEN.test(room)) return 'a room name must be valid Unicode without control characters';
  const bytes = Buffer.byteLength(room, 'utf8');
  return bytes > MAX_ROOM_BYTES
    ? `a room name has at most ${MAX_ROOM_BYTES} bytes as UTF-8, this one has ${bytes}`
    : undefined;
}
