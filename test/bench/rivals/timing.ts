/** What all who check are given alike. Milliseconds. */
export interface Timing {
  readonly interval: number;
  /** Of one check. */
  readonly timeout: number;
  /** Answers in a row that bring a node back; keepalived always takes one. */
  readonly rise: number;
  /** Failures in a row that take it down. */
  readonly fall: number;
}
