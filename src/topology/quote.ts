/** Longest piece of a user's text that a message repeats, in UTF-16 units. */
const MAX_SHOWN = 60;

/**
 * A user's text for a message: in double quotes, cut to a readable length, with everything escaped that
 * a terminal or a log might act on (control characters, bidirectional overrides, lone surrogates).
 */
export function quote(text: string): string {
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  return JSON.stringify(shown).replace(/[\p{C}\u2028\u2029]/gu, escapeUnits);
}

function escapeUnits(text: string): string {
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** Any value of a document, for `found …` in a message. */
export function show(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === null || value === undefined ? 'nothing' : 'a mapping';
}
