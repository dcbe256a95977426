/**
 * Order by UTF-16 code units: the same on every machine, whatever its locale. All sorting of ids in the
 * product uses it, since sorted output is what makes rendering byte-for-byte stable.
 */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
