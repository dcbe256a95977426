/** JSON as text: what fits on a line stands on one, so that a listener is a few lines, and a change a line or two. */

/** Characters, the indentation not among them. */
const WIDTH = 140;

export function layout(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null || roomLeft(value, WIDTH) >= 0)
    return JSON.stringify(value);
  const deeper = `${indent}  `;
  const [open, close, parts] = Array.isArray(value)
    ? ['[', ']', value.map((one: unknown) => layout(one, deeper))]
    : ['{', '}', Object.entries(value).map(([key, one]) => `"${key}": ${layout(one, deeper)}`)];
  return `${open}\n${deeper}${parts.join(`,\n${deeper}`)}\n${indent}${close}`;
}

/**
 * What is left of so many characters behind the value, below 0 where it is longer. It stops there, so that a large
 * value is not written once for each of its levels.
 */
function roomLeft(value: unknown, room: number): number {
  if (typeof value === 'string') return room - value.length - 2;
  if (typeof value !== 'object' || value === null) return room - String(value).length;
  let left = room - 1;
  const named = !Array.isArray(value);
  for (const [key, one] of Object.entries(value)) {
    if (left < 0) return left;
    left = roomLeft(one, left - 1 - (named ? key.length + 3 : 0));
  }
  return left;
}
