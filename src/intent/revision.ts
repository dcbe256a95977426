import { createHash } from 'node:crypto';
import type { Intent } from './model.ts';

/**
 * 16 hex digits of SHA-256 over the intent's JSON. `buildIntent` makes every object with its keys in one
 * order and every list sorted, so equal intents have equal text, on every replica.
 */
export function revisionOf(content: Omit<Intent, 'revision'>): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}

export function withRevision(content: Omit<Intent, 'revision'>): Intent {
  const { cluster, bgp, vips, services } = content;
  return { cluster, revision: revisionOf({ cluster, bgp, vips, services }), bgp, vips, services };
}
