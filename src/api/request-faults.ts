/** What is wrong with a request, in words that say what to write instead. */
import type { ErrorObject } from 'ajv';
import { nearest } from '../topology/nearest.ts';
import { formatPath, type Path } from '../topology/problems.ts';
import { quote } from '../topology/quote.ts';

/** One thing that is wrong with a request, at a place in it. */
export interface RequestFault {
  /** `body.rooms[3]` */
  readonly path: string;
  /** What is wrong, continuing the path. No full stop. */
  readonly message: string;
  readonly hint?: string;
}

/**
 * @param part of the request: `body`, `querystring`, `params` or `headers`
 * @param errors of Ajv with the option `verbose`
 */
export function requestFaults(part: string, errors: readonly ErrorObject[]): RequestFault[] {
  return errors.map((error) => requestFault([part, ...pathOf(error.instancePath)], error));
}

/** `body.zones: unknown key "zones" (did you mean "zone"?)` */
export function describeFault({ path, message, hint }: RequestFault): string {
  return `${path}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
}

/** The keywords of the schema that an error is about. */
interface SchemaView {
  readonly type?: string | readonly string[];
  readonly properties?: object;
  readonly enum?: readonly unknown[];
}

function requestFault(path: Path, error: ErrorObject): RequestFault {
  const schema = error.parentSchema as SchemaView | undefined;
  const params = error.params as { additionalProperty?: string; missingProperty?: string };
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = params.additionalProperty ?? '';
      const known = Object.keys(schema?.properties ?? {});
      return {
        path: formatPath([...path, key]),
        message: `unknown key ${quote(key)}`,
        hint: suggestion(key, known) ?? `known here: ${known.join(', ')}`,
      };
    }
    case 'required':
      return { path: formatPath([...path, params.missingProperty ?? '']), message: 'is missing' };
    case 'enum': {
      const words = (schema?.enum ?? []).map(String);
      const hint = typeof error.data === 'string' ? suggestion(error.data, words) : undefined;
      return {
        path: formatPath(path),
        message: `must be one of ${words.join(', ')}`,
        ...(hint !== undefined && { hint }),
      };
    }
    case 'type':
      return { path: formatPath(path), message: `must be ${[schema?.type].flat().join(' or ')}` };
    default:
      return { path: formatPath(path), message: error.message ?? 'is not valid' };
  }
}

/** `did you mean "zone"?`; undefined where none of the words is near. */
export function suggestion(word: string, known: readonly string[]): string | undefined {
  const meant = nearest(word, known);
  return meant === undefined ? undefined : `did you mean "${meant}"?`;
}

/** Ajv's JSON pointer (RFC 6901). No key of these schemas is a number, so a number is a list position. */
function pathOf(pointer: string): Path {
  const parts = pointer.split('/').slice(1);
  return parts.map((part) =>
    /^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~'),
  );
}
