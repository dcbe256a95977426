/** Reads a `real_server` with its checkers (keepalived.conf(5), "CHECKERS"). */
import type { Monitor } from '../../intent/model.ts';
import { parseAddress } from '../../topology/address.ts';
import { hexBytes, STUN_REQUEST } from '../dialect/stun.ts';
import type { ReadLine } from '../reading/lines.ts';
import { portOf, unreadWhole, wholeOf } from '../reading/values.ts';
import { member, type SeenMember, type Unread } from '../seen.ts';
import { DRAINED } from './drained.ts';

/** Of a real server that names none. */
const DEFAULT_WEIGHT = 1;

const KNOWN =
  /^(weight|inhibit_on_failure|HTTP_GET|TCP_CHECK|UDP_CHECK|FILE_CHECK|lb_kind|delay_loop|retry)\b/;

/** @param node id of the node where the virtual server's name tells it */
export function realServer(line: ReadLine, node: string | null, bad: Unread[]): SeenMember[] {
  const [, where = '', port] = line.words;
  const address = parseAddress(where);
  if (!address) {
    bad.push(...unreadWhole(line, 'it names no address'));
    return [];
  }
  bad.push(...line.body.filter(({ text }) => !KNOWN.test(text)).flatMap((one) => unreadWhole(one)));
  const own = portOf(port) ?? null;
  const weight = isDrained(line) ? 0 : (wholeOf(wordOf(line, 'weight')) ?? DEFAULT_WEIGHT);
  return [
    member({
      line: line.number,
      node,
      address,
      port: own,
      weight,
      usable: weight > 0,
      monitor: monitorOf(line, own),
      stunPort: stunPortOf(line),
    }),
  ];
}

/** The word after the keyword, in the block of this line. */
export function wordOf({ body }: ReadLine, keyword: string): string | undefined {
  return body.find(({ words }) => words[0] === keyword)?.words[1];
}

/** Held at weight 0 by the tracked file of drained.ts. */
function isDrained({ body }: ReadLine): boolean {
  const [, tracked] = DRAINED.check;
  return body.some((check) => check.body.some(({ text }) => text === tracked.trim()));
}

function monitorOf({ body }: ReadLine, own: number | null): Monitor | null {
  const check = body.find(({ words }) => words[0] === 'HTTP_GET' || words[0] === 'TCP_CHECK');
  const port = check && (portOf(wordOf(check, 'connect_port')) ?? own);
  if (port == null) return null;
  if (check?.words[0] === 'TCP_CHECK') return { kind: 'tcp', port };
  const url = check?.body.find(({ words }) => words[0] === 'url');
  return { kind: 'http', port, path: (url && wordOf(url, 'path')) ?? '/' };
}

function stunPortOf({ body }: ReadLine): number | null {
  const payload = hexBytes(STUN_REQUEST);
  const check = body.find((one) => one.words[0] === 'UDP_CHECK' && wordOf(one, 'payload') === payload);
  return (check && portOf(wordOf(check, 'connect_port'))) ?? null;
}
