/**
 * Sizes of nginx's hash tables (`map_hash_*`, `variables_hash_*`). It refuses to start where one name does
 * not fit into a bucket, warns where names share buckets too much, and by default has room for about a
 * thousand short names (nginx src/core/ngx_hash.c).
 */

/** Bytes; both are those of 64-bit machines, and more than others need. */
const POINTER = 8;
const CACHE_LINE = 64;

/** A bucket holds this many of the longest names; at two buckets a name, more do not meet in practice. */
const NAMES_PER_BUCKET = 8;

/** What nginx takes by itself. */
const DEFAULT_MAX_SIZE = 2048;

/** Bytes of a bucket for names of up to this length. */
export function bucketSize(longestName: number): number {
  const element = POINTER + roundUp(longestName + 2, POINTER);
  return roundUp(NAMES_PER_BUCKET * element + POINTER, CACHE_LINE);
}

/** Buckets for this many names. */
export function maxSize(names: number): number {
  return Math.max(DEFAULT_MAX_SIZE, 2 ** Math.ceil(Math.log2(Math.max(1, 2 * names))));
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
