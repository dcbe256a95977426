/** JSON as text: what fits on a line stands on one, so that a listener is a few lines, and a change a line or two. */

/** Characters, the indentation not among them. */
const WIDTH = 140;

export function layout(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null || roomLeft(value, WIDTH) >= 0)
    return JSON.stringify(value);
  const deeper = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((one: unknown) => layout(one, deeper))
    : Object.keys(value).map((key) => `"${key}": ${layout(valueAt(value, key), deeper)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
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
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && left >= 0; i++) left = roomLeft(value[i], left - 1);
    return left;
  }
  for (const key of Object.keys(value)) {
    if (left < 0) break;
    left = roomLeft(valueAt(value, key), left - key.length - 4);
  }
  return left;
}

function valueAt(object: object, key: string): unknown {
  return (object as Readonly<Record<string, unknown>>)[key];
}
