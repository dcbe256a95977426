import { createInterface } from 'node:readline/promises';
import { CliError, EXIT } from './exit.ts';

/**
 * A question that a person answers with yes or no.
 *
 * @throws CliError where nobody can be asked
 */
export async function askYes(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CliError(EXIT.badInput, 'nobody is there to say yes: add --yes');
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
