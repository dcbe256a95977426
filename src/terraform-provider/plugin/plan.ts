/**
 * The planned state of an object, from its schema alone. What core asks of it (terraform's
 * internal/plans/objchange/plan_valid.go): what the configuration sets is planned as it says, or as it was
 * before; what it leaves out may be anything where the attribute is computed, else it is null.
 *
 * `proposed_new_state`, which core sends along, is not looked at: it holds the prior value of what the
 * configuration leaves out, so that a default would never come back.
 */
import type { AttributePath } from './diagnostics.ts';
import { elementType, equal, meansSame, valueKey } from './same.ts';
import type { Attribute, Attributes, Schema } from './schema.ts';
import { complete, elementsOf } from './tree.ts';
import { attributeType, objectType } from './type-of.ts';
import { isKnown, isObject, UNKNOWN, Unknown, type ObjectValue, type Value } from './values.ts';

/** @param prior null: it is to be made */
export function planState(
  { attributes }: Schema,
  prior: ObjectValue | null,
  config: ObjectValue,
): ObjectValue {
  if (prior !== null) {
    const still = planObject(attributes, prior, config, false);
    if (equal(still, prior, objectType(attributes))) return prior;
  }
  return planObject(attributes, prior, config, true);
}

function planObject(
  attributes: Attributes,
  prior: ObjectValue | null,
  config: ObjectValue,
  changing: boolean,
): ObjectValue {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => {
      const before = prior === null ? undefined : (prior[name] ?? null);
      return [name, planAttribute(attribute, before, config[name] ?? null, changing)];
    }),
  );
}

/** @param prior undefined: there was no object that could have had the attribute */
function planAttribute(
  attribute: Attribute,
  prior: Value | undefined,
  config: Value,
  changing: boolean,
): Value {
  if (config !== null) return planValue(attribute, prior ?? null, config, changing);
  if (attribute.default !== undefined) {
    return planValue(attribute, prior ?? null, completeValue(attribute, attribute.default), changing);
  }
  if (attribute.presence !== 'computed' && attribute.presence !== 'optional-computed') return null;
  return prior === undefined || (changing && !attribute.stable) ? UNKNOWN : prior;
}

function planValue(attribute: Attribute, prior: Value, config: Value, changing: boolean): Value {
  if (config instanceof Unknown) return config;
  if (meansSame(attribute, prior, config)) return prior;
  const { nested } = attribute;
  if (!nested) return config;
  const { attributes } = nested;
  const element = (before: Value | undefined, one: Value): Value =>
    isObject(one) ? planObject(attributes, isObject(before) ? before : null, one, changing) : one;
  switch (nested.nesting) {
    case 'single':
      return element(prior, config);
    case 'list':
      return (config as readonly Value[]).map((one, index) =>
        element(Array.isArray(prior) ? (prior as readonly Value[])[index] : undefined, one),
      );
    case 'map':
      return Object.fromEntries(
        Object.entries(config as ObjectValue).map(([key, one]) => [
          key,
          element(isObject(prior) ? prior[key] : undefined, one),
        ]),
      );
    case 'set':
      return planSet(attributes, prior, config as readonly Value[], changing);
  }
}

/**
 * An element of a set is found again by what it would be without any change; each once, since core counts them.
 * Core sends sets in one order always, so that looking from the front costs little where little changes.
 */
function planSet(
  attributes: Attributes,
  prior: Value,
  config: readonly Value[],
  changing: boolean,
): readonly Value[] {
  const type = objectType(attributes);
  const left = Array.isArray(prior) ? [...(prior as readonly ObjectValue[])] : [];
  return config.map((one) => {
    if (!isObject(one)) return one;
    const index = left.findIndex((old) => equal(planObject(attributes, old, one, false), old, type));
    const [old = null] = index < 0 ? [] : left.splice(index, 1);
    return planObject(attributes, old, one, changing);
  });
}

function completeValue(attribute: Attribute, value: Value): Value {
  return complete({ it: attribute }, { it: value }).it ?? null;
}

/**
 * Paths of attributes whose change makes the object anew. Of nested ones it counts where the element was there
 * before and still is; elements of a set cannot be told apart, so any difference in them counts.
 */
export function replacements(
  attributes: Attributes,
  prior: ObjectValue,
  planned: ObjectValue,
  config: ObjectValue,
  path: AttributePath = [],
): AttributePath[] {
  return Object.entries(attributes).flatMap(([name, attribute]) => {
    const [before, after, set] = [prior, planned, config].map((one) => one[name] ?? null) as [
      Value,
      Value,
      Value,
    ];
    const at = [...path, name];
    if (equal(before, after, attributeType(attribute))) return [];
    // What merely may change, since something else does, makes nothing anew.
    if (set === null && after instanceof Unknown) return [];
    if (attribute.replaces) return [at];
    const { nested } = attribute;
    if (!nested) return [];
    if (nested.nesting === 'set') {
      return setReplaces(attribute, nested.attributes, before, after) ? [at] : [];
    }
    const was = new Map(
      elementsOf(attribute, before, at).map(([one, where]) => [JSON.stringify(where), one]),
    );
    const said = new Map(elementsOf(attribute, set, at).map(([one, where]) => [JSON.stringify(where), one]));
    return elementsOf(attribute, after, at).flatMap(([one, where]) => {
      const old = was.get(JSON.stringify(where));
      if (!old) return [];
      return replacements(nested.attributes, old, one, said.get(JSON.stringify(where)) ?? {}, where);
    });
  });
}

function setReplaces(attribute: Attribute, attributes: Attributes, before: Value, after: Value): boolean {
  const replacing = Object.entries(attributes)
    .filter(([, one]) => one.replaces)
    .map(([name]) => name);
  if (replacing.length === 0) return false;
  const keys = (value: Value) =>
    elementsOf(attribute, value, [])
      .map(([one]) =>
        replacing
          .map((name) => valueKey(one[name] ?? null, elementType(objectType(attributes), name)))
          .join(),
      )
      .sort()
      .join('\n');
  return keys(before) !== keys(after);
}

/** Where a plan is neither what the configuration sets nor what was before: core would refuse it. */
export function againstConfig(
  attributes: Attributes,
  prior: ObjectValue | null,
  config: ObjectValue,
  planned: ObjectValue,
): AttributePath[] {
  return Object.entries(attributes).flatMap(([name, attribute]) => {
    const type = attributeType(attribute);
    const [set, then, before] = [config, planned, prior ?? {}].map((one) => one[name] ?? null) as [
      Value,
      Value,
      Value,
    ];
    if (equal(set, then, type) || (before !== null && set !== null && equal(before, then, type))) return [];
    if (set === null) return attribute.presence.endsWith('computed') ? [] : [[name]];
    return attribute.nested && isObjectOrList(then) ? [] : [[name]];
  });
}

/** Where what an apply returned is not what was planned. */
export function againstPlan(
  attributes: Attributes,
  planned: ObjectValue,
  found: ObjectValue,
  path: AttributePath = [],
): AttributePath[] {
  return Object.entries(attributes).flatMap(([name, attribute]) => {
    const [wanted, got] = [planned[name] ?? null, found[name] ?? null];
    const at = [...path, name];
    if (wanted instanceof Unknown || equal(wanted, got, attributeType(attribute))) return [];
    if (isKnown(wanted) && !attribute.nested) return [at];
    if (attribute.nested?.nesting === 'set') return isKnown(wanted) ? [at] : [];
    const [expected, actual] = [elementsOf(attribute, wanted, at), elementsOf(attribute, got, at)];
    if (expected.length !== actual.length) return [at];
    const results = new Map(actual.map(([one, where]) => [JSON.stringify(where), one]));
    return expected.flatMap(([one, where]) => {
      const result = results.get(JSON.stringify(where));
      return result && attribute.nested
        ? againstPlan(attribute.nested.attributes, one, result, where)
        : [where];
    });
  });
}

function isObjectOrList(value: Value): boolean {
  return isObject(value) || Array.isArray(value);
}
