import { CommanderError } from 'commander';
import { CliError, EXIT } from './exit.ts';
import { paint, type Io } from './output.ts';
import { buildProgram } from './program.ts';
import { isSystemError } from './system-error.ts';

/**
 * Runs one command line to its end and answers with its exit code; see `EXIT`.
 *
 * @param args without the interpreter and the script
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  let code: number = EXIT.fine;
  try {
    await buildProgram(io, (said) => (code = said)).parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    // Commander has printed its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.badInput;
    if (error instanceof CliError) {
      io.err(`${paint(io, 'red', 'error:')} ${error.message}\n`);
      return error.code;
    }
    if (isSystemError(error)) {
      io.err(`${paint(io, 'red', 'error:')} ${error.message}\n`);
      return EXIT.unreachable;
    }
    const trace = error instanceof Error ? String(error.stack) : String(error);
    io.err(`${paint(io, 'red', 'internal error:')} ${trace}\n`);
    return EXIT.internal;
  }
}
