/** Faults of documents, told at the attribute that they are about. */
import type { Problem } from '../../topology/problems.ts';
import type { Diagnostic } from '../plugin/diagnostics.ts';
import type { DocumentPath, Mapping } from './mapping.ts';
import { inTerraformWords } from './words.ts';

/** `nodes[2].mediaPorts` → `['nodes', 2, 'mediaPorts']`, as `formatPath` of the topology writes it. @throws SyntaxError for what it never writes */
export function parsePath(text: string): DocumentPath {
  return [...text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([A-Za-z_][\w-]*)/g)].map(
    ([, index, quoted, word = '']) =>
      index === undefined ? (quoted === undefined ? word : String(JSON.parse(quoted))) : Number(index),
  );
}

export function toDiagnostic(
  mapping: Mapping,
  { severity, path, message, hint }: Pick<Problem, 'severity' | 'path' | 'message' | 'hint'>,
): Diagnostic {
  const at = mapping.locate(path);
  const name = at.filter((step) => typeof step === 'string').at(-1);
  const sentence = `${message}${hint === '' ? '' : `; ${hint}`}`;
  return {
    severity,
    summary: name === undefined ? 'Invalid combination' : `Invalid value for ${name}`,
    detail: inTerraformWords(name === undefined ? sentence : `${name}: ${sentence}`),
    ...(at.length > 0 && { path: at }),
  };
}
