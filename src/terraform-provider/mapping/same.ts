/** When two texts mean the same, by what the topology reads them as. */
import { parseAddress } from '../../topology/address.ts';
import {
  ADDRESS_PATTERN,
  DURATION_PATTERN,
  HOST_PATTERN,
  PORTS_PATTERN,
  RANGE_PATTERN,
} from '../../topology/patterns.ts';
import { parseRange } from '../../topology/ranges.ts';
import { parseMs } from '../../topology/read-milliseconds.ts';
import type { Value } from '../plugin/values.ts';

/** The one spelling of all that mean the same. */
export type Canonical = (text: string) => string;

const BY_PATTERN: ReadonlyMap<string, Canonical> = new Map<string, Canonical>([
  [DURATION_PATTERN, (text) => String(parseMs(text) ?? text)],
  [ADDRESS_PATTERN, (text) => parseAddress(text)?.text ?? text],
  [RANGE_PATTERN, (text) => parseRange(text) ?? text],
  [HOST_PATTERN, (text) => text.toLowerCase()],
  // 40000-40000 is one port.
  [PORTS_PATTERN, (text) => text.replace(/^(\d+)-\1$/, '$1')],
]);

/** Undefined where each text means something else. */
export function canonicalOf(pattern: string | undefined): Canonical | undefined {
  return pattern === undefined ? undefined : BY_PATTERN.get(pattern);
}

export function sameText(canonical: Canonical): (one: Value, other: Value) => boolean {
  return (one, other) =>
    typeof one === 'string' && typeof other === 'string' && canonical(one) === canonical(other);
}

/** @param ordered false: of sets */
export function sameTexts(canonical: Canonical, ordered: boolean): (one: Value, other: Value) => boolean {
  const keyOf = (value: Value) => {
    if (!Array.isArray(value)) return undefined;
    const texts = (value as readonly Value[]).map((text) =>
      typeof text === 'string' ? canonical(text) : '',
    );
    return JSON.stringify(ordered ? texts : [...new Set(texts)].sort());
  };
  return (one, other) => keyOf(one) !== undefined && keyOf(one) === keyOf(other);
}
