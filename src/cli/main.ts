#!/usr/bin/env node
import { EXIT } from './exit.ts';
import { processIo } from './output.ts';
import { run } from './run.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that closes the pipe early (`roomlb render haproxy | head`) is not an error.
  if (error.code === 'EPIPE') process.exit(EXIT.fine);
  processIo.err(`error: standard output cannot be written: ${error.message}\n`);
  process.exit(EXIT.unreachable);
});
// There is nobody left to tell; the exit code still says how it went.
process.stderr.on('error', () => undefined);
process.exitCode = await run(process.argv.slice(2), processIo);
