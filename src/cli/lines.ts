import { createInterface } from 'node:readline';
import { createReadStream } from 'node:fs';

/** Lines of a file, or of standard input for `-`; empty lines are passed over. */
export async function readLines(file = '-'): Promise<string[]> {
  const input = file === '-' ? process.stdin : createReadStream(file, 'utf8');
  const lines: string[] = [];
  for await (const line of createInterface({ input, crlfDelay: Infinity })) if (line !== '') lines.push(line);
  return lines;
}
