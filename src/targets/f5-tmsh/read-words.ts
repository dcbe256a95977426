/** Pieces of bigip.conf. */
import type { ReadLine } from '../reading/lines.ts';
import { portOf } from '../reading/values.ts';

/** Without the folder that it is in: `/Common/roomlb-x` is `roomlb-x`. */
export function short(name: string | undefined): string {
  return (name ?? '').replace(/^.*\//, '');
}

/** The words of the line that sets `key`. */
export function wordsOf({ body }: ReadLine, key: string): readonly string[] | undefined {
  return body.find(({ words }) => words[0] === key)?.words;
}

/** What stands in the braces behind `key`. */
export function bodyOf({ body }: ReadLine, key: string): readonly ReadLine[] {
  return body.find(({ words }) => words[0] === key)?.body ?? [];
}

/** tmsh prints well-known ports by their names. */
const NAMED: Readonly<Record<string, number>> = { http: 80, https: 443 };

export function portNumber(text: string | undefined): number | undefined {
  return NAMED[text ?? ''] ?? portOf(text);
}
