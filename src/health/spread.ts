/**
 * When an endpoint is probed: at a point of its interval that follows from its id, give or take a tenth of the
 * interval that differs from round to round. So probes are spread evenly, the same way after every restart, and
 * never march in step with anything else that is periodic.
 */

/** FNV-1a over UTF-16 code units, then mixed so that ids which differ in one digit lie far apart. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** The finalizer of MurmurHash3: every bit of the input flips half of the output's. */
function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

const JITTER = 0.2;
const TWO_TO_32 = 2 ** 32;

/**
 * The first time after `now` at which it is due: milliseconds. Rounds are counted from the epoch, so no state is
 * needed, and between two of them lie 0.8 to 1.2 intervals.
 *
 * @param hash of the endpoint's id, and of whatever tells this process from others that probe the same
 */
export function nextDue(hash: number, interval: number, now: number): number {
  const phase = (hash / TWO_TO_32) * interval;
  for (let round = Math.floor((now - phase) / interval); ; round++) {
    const jitter = (mix(hash ^ Math.imul(round, 0x9e3779b1)) / TWO_TO_32) * JITTER * interval;
    const due = round * interval + phase + jitter;
    if (due > now) return due;
  }
}
