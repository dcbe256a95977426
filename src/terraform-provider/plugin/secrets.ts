/** Keeps what schemas call sensitive out of messages. */
import type { Diagnostic } from './diagnostics.ts';
import type { Attributes } from './schema.ts';
import { attributesOf } from './tree.ts';
import { isObject, type ObjectValue, type Value } from './values.ts';

/** Every text in a value of an attribute that is sensitive. */
export function sensitiveTexts(attributes: Attributes, value: ObjectValue | null): string[] {
  if (value === null) return [];
  return [...attributesOf(attributes, value)].flatMap(({ attribute, value: own }) =>
    attribute.sensitive ? texts(own) : [],
  );
}

function texts(value: Value): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap(texts);
  return isObject(value) ? Object.values(value).flatMap(texts) : [];
}

/** The longest first: one may be part of another. */
export function redact(text: string, secrets: readonly string[]): string {
  return [...secrets]
    .sort((one, other) => other.length - one.length)
    .reduce((rest, secret) => rest.replaceAll(secret, '(sensitive)'), text);
}

export function redactDiagnostic(diagnostic: Diagnostic, secrets: readonly string[]): Diagnostic {
  return {
    ...diagnostic,
    summary: redact(diagnostic.summary, secrets),
    detail: redact(diagnostic.detail, secrets),
  };
}
