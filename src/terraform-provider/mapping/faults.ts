/** Faults of documents, told at the attribute that they are about. */
import type { Problem } from '../../topology/problems.ts';
import { pathText, type Diagnostic } from '../plugin/diagnostics.ts';
import type { DocumentPath, Mapping } from './mapping.ts';
import { inTerraformWords } from './words.ts';

/** `nodes[2].mediaPorts` → `['nodes', 2, 'mediaPorts']`, as `formatPath` of the topology writes it. @throws SyntaxError for what it never writes */
export function parsePath(text: string): DocumentPath {
  return [...text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([A-Za-z_][\w-]*)/g)].map(
    ([, index, quoted, word = '']) =>
      index === undefined ? (quoted === undefined ? word : String(JSON.parse(quoted))) : Number(index),
  );
}

/** Terraform points to the outermost attribute only: which of its parts is meant has to be in the words. */
export function toDiagnostic(
  mapping: Mapping,
  { severity, path, message, hint }: Pick<Problem, 'severity' | 'path' | 'message' | 'hint'>,
): Diagnostic {
  const at = mapping.locate(path);
  const sentence = inTerraformWords(`${message}${hint === '' ? '' : `; ${hint}`}`);
  const quality = severity === 'error' ? 'Invalid' : 'Questionable';
  if (at.length === 0) return { severity, summary: `${quality} combination`, detail: sentence };
  const name = pathText(at);
  return { severity, summary: `${quality} value for ${name}`, detail: `${name}: ${sentence}`, path: at };
}
