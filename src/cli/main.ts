#!/usr/bin/env node
import { CommanderError } from 'commander';
import { CliError, EXIT } from './exit.ts';
import { paint, processIo } from './output.ts';
import { buildProgram } from './program.ts';

async function main(): Promise<number> {
  const io = processIo;
  let code: number = EXIT.fine;
  try {
    await buildProgram(io, (said) => (code = said)).parseAsync();
    return code;
  } catch (error) {
    // Commander has printed its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.badInput;
    if (error instanceof CliError) {
      io.err(`${paint(io, 'red', 'error:')} ${error.message}\n`);
      return error.code;
    }
    io.err(
      `${paint(io, 'red', 'internal error:')} ${error instanceof Error ? String(error.stack) : String(error)}\n`,
    );
    return EXIT.internal;
  }
}

// A reader that closes the pipe early (`roomlb render haproxy | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.fine);
  throw error;
});
process.exitCode = await main();
