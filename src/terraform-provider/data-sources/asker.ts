export interface Asking {
  /** Makes it a POST. */
  readonly body?: object;
  /** Gives it up: nothing of what is asked this way changes anything. */
  readonly stopped?: AbortSignal;
}

/** What data sources ask of a dispatcher. */
export interface Asker {
  /**
   * The JSON of an answer.
   *
   * @param path below the endpoint, with its query
   * @throws DiagnosticError where there is no answer, or it is a refusal, or it was given up
   */
  readonly ask: (path: string, asking?: Asking) => Promise<unknown>;
}
