import { MAX_DEPTH } from './limits.ts';

/**
 * Whether plain data has more than `levels` lists and mappings inside each other. Code that follows a
 * document's shape may recurse where this is false.
 */
export function isTooDeep(value: unknown, levels = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isTooDeep(item, levels - 1));
}
