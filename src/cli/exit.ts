/** What the exit codes mean, the same for every command. */
export const EXIT = {
  fine: 0,
  /** A check said no: something is wrong with what was looked at, not with the call. */
  checkFailed: 1,
  /** The input is bad: arguments, a topology, a file. */
  badInput: 2,
  /** Something that is needed cannot be reached: an address is taken, a store is locked. */
  unreachable: 3,
  /** A fault of RoomLB's own (EX_SOFTWARE of sysexits.h). */
  internal: 70,
} as const;

/** Thrown by commands; main() prints the message and exits with the code. */
export class CliError extends Error {
  override readonly name = 'CliError';
  constructor(
    readonly code: (typeof EXIT)[keyof typeof EXIT],
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
