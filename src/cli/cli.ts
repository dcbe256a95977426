import type { Io } from './output.ts';

/** Given to every command: where to print, and how to say the exit code. */
export interface Cli {
  readonly io: Io;
  readonly exit: (code: number) => void;
}
