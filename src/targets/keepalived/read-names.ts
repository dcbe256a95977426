/** What virtual servers are for, in a file that RoomLB wrote: names of groups tell, and comments above the rest. */
import type { ServiceRole } from '../../intent/model.ts';
import { readHeader } from '../header.ts';

export interface Named {
  readonly role: ServiceRole | null;
  readonly vip: string | undefined;
  readonly node: string | null;
}

const NOTHING: Named = { role: null, vip: undefined, node: null };

/** Ids of services: `public/media/sfu-1/udp`, with the address behind it; `public/signalling`, with or without node. */
export function namedBy(text: string): Named {
  const [, vip, node] = /^([^/]+)\/media\/([^/]+)\/(?:udp|tcp)\/[^/]+$/.exec(text) ?? [];
  if (vip !== undefined) return { role: 'media', vip, node: node ?? null };
  const [, of, own] = /^([^/]+)\/signalling(?:\/([^/]+))?$/.exec(text) ?? [];
  if (of === undefined) return NOTHING;
  return { role: own === undefined ? 'signalling' : 'node-signalling', vip: of, node: own ?? null };
}

/** The comment in the line above each line, by its number from 1; none in a file of others. */
export function remarksOf(text: string): ReadonlyMap<number, string> {
  if (readHeader('keepalived', text) === null) return new Map();
  return new Map(
    text.split('\n').flatMap((line, i): [number, string][] => {
      const [, remark] = /^\s*# (\S+)$/.exec(line) ?? [];
      return remark === undefined ? [] : [[i + 2, remark]];
    }),
  );
}
