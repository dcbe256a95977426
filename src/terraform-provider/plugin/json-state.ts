/**
 * States as Terraform keeps them: JSON, written by whichever version of the provider was the last to apply. What
 * this version does not know any more is dropped, what is new is null.
 */
import { isRecord } from '../../json.ts';
import type { AttributePath } from './diagnostics.ts';
import { CodecError } from './codec.ts';
import { numberFromText } from './numbers.ts';
import type { Type } from './types.ts';
import { Dynamic, type Value } from './values.ts';

const NUMBER_OR_STRING = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Numbers that no double holds come as strings.
 *
 * @throws SyntaxError where it is no JSON
 */
export function parseState(json: string): unknown {
  return JSON.parse(
    json.replace(NUMBER_OR_STRING, (token) =>
      token.startsWith('"') || typeof numberFromText(token) === 'number' ? token : JSON.stringify(token),
    ),
  );
}

/** @throws CodecError where the state does not fit the type */
export function valueFromJson(json: unknown, type: Type, path: AttributePath = []): Value {
  if (json === null || json === undefined) return null;
  if (typeof type === 'string') return primitive(json, type, path);
  switch (type[0]) {
    case 'list':
    case 'set':
      if (!Array.isArray(json)) break;
      return json.map((one, index) => valueFromJson(one, type[1], [...path, index]));
    case 'tuple':
      if (!Array.isArray(json) || json.length !== type[1].length) break;
      return type[1].map((element, index) => valueFromJson(json[index], element, [...path, index]));
    case 'map':
      if (!isRecord(json)) break;
      return Object.fromEntries(
        Object.entries(json).map(([key, one]) => [key, valueFromJson(one, type[1], [...path, key])]),
      );
    case 'object':
      if (!isRecord(json)) break;
      return Object.fromEntries(
        Object.entries(type[1]).map(([name, one]) => [
          name,
          valueFromJson(Object.hasOwn(json, name) ? json[name] : null, one, [...path, name]),
        ]),
      );
  }
  throw new CodecError(path, `the state has no ${type[0]} here`);
}

function primitive(json: unknown, type: Type & string, path: AttributePath): Value {
  switch (type) {
    case 'string':
      if (typeof json === 'string') return json;
      break;
    case 'bool':
      if (typeof json === 'boolean') return json;
      break;
    case 'number':
      if (typeof json === 'number' || typeof json === 'string') return numberFromText(String(json));
      break;
    case 'dynamic':
      if (isRecord(json) && 'type' in json) {
        const own = json.type as Type;
        return new Dynamic(own, valueFromJson(json.value, own, path));
      }
  }
  throw new CodecError(path, `the state has no ${type} here`);
}
