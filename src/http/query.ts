/** A query with its question mark, without what is undefined or null; empty where nothing is left. */
export function queryOf(members: Readonly<Record<string, string | number | null | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members))
    if (value !== undefined && value !== null) query.append(name, String(value));
  return query.size > 0 ? `?${query.toString()}` : '';
}
