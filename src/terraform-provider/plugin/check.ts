/** What single attributes of a configuration say is wrong with them. */
import { pathText, type Diagnostic } from './diagnostics.ts';
import type { Attributes } from './schema.ts';
import { attributesOf } from './tree.ts';
import { isKnown, type ObjectValue } from './values.ts';

/** Of values that are known; the others are looked at when they are. */
export function checkValues(attributes: Attributes, config: ObjectValue): Diagnostic[] {
  return [...attributesOf(attributes, config)].flatMap(({ attribute, value, path }) => {
    if (value === null || !isKnown(value)) return [];
    const wrong = attribute.check?.(value);
    if (wrong === undefined) return [];
    return [{ severity: 'error', summary: `Invalid value for ${pathText(path)}`, detail: wrong, path }];
  });
}

/** Core marks what is deprecated in documents only; to tell who uses it is left to the provider. */
export function deprecations(attributes: Attributes, config: ObjectValue): Diagnostic[] {
  return [...attributesOf(attributes, config)].flatMap(({ attribute: { deprecated }, value, path }) =>
    deprecated === undefined || value === null
      ? []
      : [{ severity: 'warning', summary: `${pathText(path)} is deprecated`, detail: deprecated, path }],
  );
}
