import type { ClaimEntry, ClaimPage, ListQuery } from './store.ts';

/**
 * The query, checked: a RangeError for a bad limit. `after` comes from clients and may be anything, so
 * what has no UTF-8 form is replaced (as encoding would), to mean the same place in every store.
 */
export function checkQuery(query: ListQuery): ListQuery {
  const { node, after, limit } = query;
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new RangeError(`a page's limit must be an integer of at least 1, not ${limit}`);
  }
  return { node, after: after === undefined ? undefined : Buffer.from(after).toString(), limit };
}

/** The page, from up to one entry more than it may hold: the one too many says that a page follows. */
export function toPage(entries: ClaimEntry[], limit: number): ClaimPage {
  if (entries.length <= limit) return { entries, next: null };
  const page = entries.slice(0, limit);
  return { entries: page, next: page.at(-1)?.room ?? null };
}
