/** Reads "health monitor": what a group asks of its members, also through a compound of several. */
import type { Monitor } from '../../intent/model.ts';
import { after, portOf, unread } from '../reading/values.ts';
import type { ReadLine } from '../reading/lines.ts';
import type { Unread } from '../seen.ts';

export interface Asked {
  readonly monitor: Monitor | null;
  readonly udpPort: number | null;
}

const NOTHING: Asked = { monitor: null, udpPort: null };

/** By name; compounds come after those that they are made of. */
export function monitorsOf(lines: readonly ReadLine[]): ReadonlyMap<string, Asked> {
  const monitors = new Map<string, Asked>();
  for (const line of lines) monitors.set(line.words[2] ?? '', asked(line, monitors));
  return monitors;
}

function asked({ body }: ReadLine, known: ReadonlyMap<string, Asked>): Asked {
  const words = body.find((line) => line.words[0] === 'method')?.words ?? [];
  const [, kind] = words;
  if (kind === 'compound') {
    const parts = words.flatMap((word, i) => (words[i - 1] === 'sub' ? (known.get(word) ?? []) : []));
    return {
      monitor: parts.find(({ monitor }) => monitor !== null)?.monitor ?? null,
      udpPort: parts.find(({ udpPort }) => udpPort !== null)?.udpPort ?? null,
    };
  }
  const port = portOf(after(words, 'port'));
  if (port === undefined) return NOTHING;
  if (kind === 'udp') return { monitor: null, udpPort: port };
  if (kind === 'tcp') return { monitor: { kind: 'tcp', port }, udpPort: null };
  if (kind === 'http')
    return { monitor: { kind: 'http', port, path: after(words, 'GET') ?? '/' }, udpPort: null };
  return NOTHING;
}

const KNOWN =
  /^(retry [0-9]+|up-retry [0-9]+|interval [0-9]+( timeout [0-9]+)?|method (http|tcp|udp|compound) .*)$/;

export function monitorUnread({ body }: ReadLine): Unread[] {
  return body.filter(({ text }) => !KNOWN.test(text)).map((one) => unread(one));
}
