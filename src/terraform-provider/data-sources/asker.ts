/** What data sources ask of a dispatcher. */
export interface Asker {
  /**
   * The JSON of an answer.
   *
   * @param path below the endpoint, with its query
   * @param body makes it a POST
   * @throws DiagnosticError where there is no answer, or it is a refusal
   */
  readonly ask: (path: string, body?: object) => Promise<unknown>;
}

/** A query without what is null. */
export function queryOf(members: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) if (value !== null) query.append(name, value);
  return query.size > 0 ? `?${query.toString()}` : '';
}
