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
