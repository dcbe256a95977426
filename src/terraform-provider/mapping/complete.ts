/** A plan, completed by the values that follow from what the configuration says. Pure. */
import type { Attribute, Attributes } from '../plugin/schema.ts';
import { isObject, type ObjectValue, type Value } from '../plugin/values.ts';

/**
 * @param planned as it was made from the schema
 * @param canonical what the object will be, in all that the configuration leaves out
 */
export function completePlan(
  attributes: Attributes,
  config: ObjectValue,
  planned: ObjectValue,
  canonical: ObjectValue,
): ObjectValue {
  const entries = Object.entries(attributes).map(([name, attribute]): [string, Value] => [
    name,
    completeValue(attribute, config[name] ?? null, planned[name] ?? null, canonical[name] ?? null),
  ]);
  return { ...planned, ...Object.fromEntries(entries) };
}

/** Without a default that always holds. */
function isDerived({ presence, default: fallback }: Attribute): boolean {
  return presence === 'optional-computed' && fallback === undefined;
}

function completeValue(attribute: Attribute, config: Value, planned: Value, canonical: Value): Value {
  if (config === null) return isDerived(attribute) ? canonical : planned;
  const { nested } = attribute;
  if (!nested) return planned;
  const element = (one: Value, index?: number): Value => {
    const at = (value: Value) =>
      index === undefined ? value : Array.isArray(value) ? (value[index] as Value) : null;
    const [said, meant] = [at(config), at(canonical)];
    return isObject(said) && isObject(one) && isObject(meant)
      ? completePlan(nested.attributes, said, one, meant)
      : one;
  };
  if (nested.nesting === 'list' && Array.isArray(planned)) return (planned as readonly Value[]).map(element);
  return nested.nesting === 'single' ? element(planned) : planned;
}
