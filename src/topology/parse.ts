/** From the text of a topology file to a topology. Pure. */
import { Buffer } from 'node:buffer';
import type { Checked } from './document.ts';
import { readDocument } from './document.ts';
import type { Fault } from './faults.ts';
import { MAX_TOPOLOGY_BYTES } from './limits.ts';
import { Problems, toFault } from './problems.ts';
import { readSource } from './source.ts';

/**
 * All faults at once, each with file, line and column, in the order of the file. `file` is repeated in
 * the faults and not opened. Where the text is not even YAML, its syntax faults are all there is.
 */
export function parseTopology(text: string, { file }: { readonly file: string }): Checked {
  if (Buffer.byteLength(text) > MAX_TOPOLOGY_BYTES) return { faults: [tooLarge(file)] };
  const source = readSource(text);
  const problems = new Problems();
  const topology = source.usable ? readDocument(source.value, problems) : undefined;
  const faults: Fault[] = source.faults.map((fault) => ({ severity: 'error', file, ...fault }));
  for (const problem of problems.list) {
    faults.push({ ...toFault(problem), file, ...source.locate(problem.path, problem.at) });
  }
  faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  return topology && source.faults.length === 0 ? { topology, faults } : { faults };
}

/** The file has not been read further than to the limit. */
export function tooLarge(file: string): Fault {
  return {
    severity: 'error',
    file,
    path: '',
    message: `is larger than ${MAX_TOPOLOGY_BYTES / 1024 / 1024} MiB`,
    hint: '10,000 nodes need about 3 MiB; is this a topology?',
  };
}
