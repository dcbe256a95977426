/** A JSON object, of which nothing is known yet. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a list that an object has by this name; none where it has no such list. */
export function recordsOf(value: unknown, name: string): Readonly<Record<string, unknown>>[] {
  const list: unknown = isRecord(value) ? value[name] : undefined;
  return Array.isArray(list) ? (list as unknown[]).filter(isRecord) : [];
}
