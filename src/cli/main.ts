#!/usr/bin/env node
import { EXIT } from './exit.ts';
import { processIo } from './output.ts';
import { run } from './run.ts';

// A reader that closes the pipe early (`roomlb render haproxy | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.fine);
  throw error;
});
process.exitCode = await run(process.argv.slice(2), processIo);
