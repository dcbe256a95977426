import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { badFile } from './system-error.ts';

/** Lines of a file, or of standard input for `-`; empty lines are passed over. */
export async function readLines(file = '-'): Promise<string[]> {
  const input = file === '-' ? process.stdin : createReadStream(file, 'utf8');
  const lines: string[] = [];
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity }))
      if (line !== '') lines.push(line);
  } catch (error) {
    throw badFile(file === '-' ? 'standard input' : file, error);
  }
  return lines;
}
