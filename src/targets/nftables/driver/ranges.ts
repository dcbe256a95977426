/** `40000-40003,40010`, of ascending ports. */
export function formatRanges(ports: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const port of ports) {
    const range = ranges.at(-1);
    if (range?.last === port - 1) range.last = port;
    else ranges.push({ first: port, last: port });
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}
