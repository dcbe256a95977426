/** Diagnostics and paths in the messages of the protocol. */
import type { AttributePath, Diagnostic } from './diagnostics.ts';
import type { Type } from './types.ts';

const SEVERITY: Readonly<Record<Diagnostic['severity'], number>> = { error: 1, warning: 2 };

/**
 * Core shows the line of a top-level attribute, and of a longer path only the whole resource: so the path ends
 * there, and what it leads to is for the texts to say.
 *
 * @param type of the value that paths lead into; undefined: nothing that has paths */
export function wireDiagnostics(diagnostics: readonly Diagnostic[], type?: Type) {
  return diagnostics.map(({ severity, summary, detail, path }) => ({
    severity: SEVERITY[severity],
    summary,
    detail,
    ...(path && type ? { attribute: wirePath(path.slice(0, 1), type) } : {}),
  }));
}

/**
 * As far as core can follow: an element of a set has no address, so that a path ends there. The type tells an
 * attribute's name from a key of a map.
 */
export function wirePath(path: AttributePath, type: Type) {
  return { steps: steps(path, type) };
}

function steps(path: AttributePath, type: Type): Readonly<Record<string, string | number>>[] {
  const [step, ...rest] = path;
  if (step === undefined || typeof type === 'string') return [];
  switch (type[0]) {
    case 'list':
      return typeof step === 'number' ? [{ element_key_int: step }, ...steps(rest, type[1])] : [];
    case 'tuple': {
      const element = type[1][Number(step)];
      return element === undefined ? [] : [{ element_key_int: Number(step) }, ...steps(rest, element)];
    }
    case 'map':
      return [{ element_key_string: String(step) }, ...steps(rest, type[1])];
    case 'object': {
      const attribute = Object.hasOwn(type[1], step) ? type[1][step] : undefined;
      return attribute === undefined ? [] : [{ attribute_name: String(step) }, ...steps(rest, attribute)];
    }
    case 'set':
      return [];
  }
}
