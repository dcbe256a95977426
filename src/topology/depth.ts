import { MAX_DEPTH } from './limits.ts';

/** What to say of it, after the path: message and hint. */
export const TOO_DEEP = [`is nested more than ${MAX_DEPTH} levels deep`, 'a topology needs five'] as const;

/**
 * Whether plain data has more than `levels` lists and mappings inside each other. Code that follows a
 * document's shape may recurse where this is false.
 */
export function isTooDeep(value: unknown, levels = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isTooDeep(item, levels - 1));
}
