import { roomNameFault } from '../room-name.ts';

/** Throws a RangeError unless the name is one a room may have. */
export function checkRoom(room: string): void {
  const fault = roomNameFault(room);
  if (fault !== undefined) throw new RangeError(fault);
}

/**
 * A text that sorts by code units, as `<` does, where the name sorts by UTF-8 bytes. The two orders are
 * the same but for surrogates: they stand for code points above U+FFFF and yet lie below U+E000. So the
 * key has the two ranges exchanged; `roomOf` gives the name back. Nearly all names are their own keys.
 */
export function sortKey(room: string): string {
  return ABOVE_D7FF.test(room)
    ? exchange(room, (unit) => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800))
    : room;
}

/** The name that a key was made of. */
export function roomOf(key: string): string {
  return ABOVE_D7FF.test(key)
    ? exchange(key, (unit) => (unit < 0xd800 ? unit : unit < 0xf800 ? unit + 0x800 : unit - 0x2000))
    : key;
}

const ABOVE_D7FF = /[\ud800-\uffff]/;

function exchange(text: string, change: (unit: number) => number): string {
  let changed = '';
  for (let i = 0; i < text.length; i++) changed += String.fromCharCode(change(text.charCodeAt(i)));
  return changed;
}
