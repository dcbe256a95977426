/** One part of the topology as Terraform has it, and as the dispatcher has it. */
import { isDeepStrictEqual } from 'node:util';
import { checkAlone, type PartName } from '../../topology/alone.ts';
import type { Document } from '../client/edit.ts';
import { faultsOf, problemDetail } from '../client/problem.ts';
import { completePlan } from '../mapping/complete.ts';
import { parsePath, toDiagnostic } from '../mapping/faults.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { DiagnosticError, failure, type Diagnostic } from '../plugin/diagnostics.ts';
import { meansSame } from '../plugin/same.ts';
import type { ObjectValue } from '../plugin/values.ts';

export interface Part {
  readonly name: PartName;
  /** In sentences: `node`. */
  readonly word: string;
  readonly mapping: Mapping;
}

/** What the dispatcher would refuse, and warn of, whatever else there is. */
export function validatePart({ name, mapping }: Part, config: ObjectValue): Diagnostic[] {
  const { document, unknown } = mapping.toDocument(config);
  return checkAlone(name, document, unknown).problems.map((problem) => toDiagnostic(mapping, problem));
}

/** Fills in what follows from the configuration, as soon as all of it is known. */
export function planPart({ name, mapping }: Part, config: ObjectValue, planned: ObjectValue): ObjectValue {
  const { document, unknown } = mapping.toDocument(config);
  const { canonical } = checkAlone(name, document, unknown);
  if (!canonical) return planned;
  return completePlan(mapping.attributes, config, planned, mapping.toValues(canonical));
}

/** @throws DiagnosticError where it is not what this provider knows: the dispatcher is of another version */
export function valuesOf({ mapping, word }: Part, document: Document): ObjectValue {
  try {
    return mapping.toValues(document);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw failure(
      'The dispatcher is of another version',
      `What it says of the ${word} is not what this provider knows: ${cause.message}.`,
    );
  }
}

/** The document that the values stand for, with every default. */
export function documentOf({ name, mapping }: Part, values: ObjectValue): Document {
  const { document } = mapping.toDocument(values);
  return (checkAlone(name, document).canonical as Document | undefined) ?? document;
}

/** Names of attributes of which a document says something else than the values, whatever the spelling. */
export function differences(part: Part, document: Document, values: ObjectValue): string[] {
  const [one, other] = [valuesOf(part, document), valuesOf(part, documentOf(part, values))];
  return Object.entries(part.mapping.attributes)
    .filter(([name, attribute]) => {
      const [value, wanted] = [one[name] ?? null, other[name] ?? null];
      return !isDeepStrictEqual(value, wanted) && !meansSame(attribute, value, wanted);
    })
    .map(([name]) => name);
}

/**
 * What to write so that the dispatcher has these values. What a newer dispatcher knows of the object and this provider
 * does not stays as it is.
 */
export function overlay(part: Part, found: Document, values: ObjectValue): Document {
  const others = Object.entries(found).filter(([key]) => part.mapping.locate([key]).length === 0);
  return { ...Object.fromEntries(others), ...documentOf(part, values) };
}

/**
 * A refusal of an invalid topology (422), told at the attributes that are at fault.
 *
 * @param own where in the topology's document the part is: `['nodes', 2]`
 * @param nameOf what else in the document is called; for faults of other parts
 */
export function invalid(
  part: Part,
  body: unknown,
  own: readonly (string | number)[],
  nameOf: (path: readonly (string | number)[]) => string,
): DiagnosticError {
  const faults = faultsOf(body);
  if (faults.length === 0) return failure('The dispatcher refuses', problemDetail(body));
  return new DiagnosticError(
    faults.map(({ path: text, message, hint }) => {
      const path = parsePath(text);
      if (own.every((step, index) => path[index] === step)) {
        return toDiagnostic(part.mapping, { severity: 'error', path: path.slice(own.length), message, hint });
      }
      const sentence = `${message}${hint === '' ? '' : `; ${hint}`}`;
      const summary = `The topology would not be valid`;
      return { severity: 'error', summary, detail: `${nameOf(path)}: ${sentence}` };
    }),
  );
}
