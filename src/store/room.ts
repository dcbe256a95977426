import { roomNameFault } from '../allocation/room-name.ts';

/** Throws a RangeError unless the name is one a room may have. */
export function checkRoom(room: string): void {
  const fault = roomNameFault(room);
  if (fault !== undefined) throw new RangeError(fault);
}

/**
 * Orders names as their UTF-8 bytes are ordered, without encoding them. UTF-16 code units are in that
 * order already, but for surrogates: they stand for code points above U+FFFF and yet lie below U+E000.
 */
export function compareRooms(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return byteRank(left) - byteRank(right);
  }
  return a.length - b.length;
}

const byteRank = (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);
