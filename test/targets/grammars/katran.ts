/** Calls of katran_goclient, from the flags that main.go of its sources defines and what it does with them. */
import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { Grammar } from './grammar.ts';
import { readFlat } from './readers.ts';

const WHERE = (sign: string) => `( -t <${sign}tcp> | -u <${sign}udp> )`;

function isEndpoint(token: string): boolean {
  const [, four, six, port] = /^(?:([0-9.]+)|'\[([0-9a-f:]+)\]):([1-9][0-9]{0,4})'?$/.exec(token) ?? [];
  if (token.startsWith("'") !== token.endsWith("'") || Number(port) > 65_535) return false;
  return four === undefined ? isIPv6(six ?? '') : isIPv4(four) && !token.includes("'");
}

const ENDPOINT = { test: isEndpoint } as RegExp;

export const katran: Grammar = {
  rules: [
    { pattern: `katran_goclient -A ${WHERE('=')} [ -vf ( NO_SPORT | NO_LRU | DPORT_HASH ) ]` },
    { pattern: `katran_goclient ( -a | -e ) ${WHERE('@')} -r <ip> -w <0..255>` },
  ],
  names: { tcp: ENDPOINT, udp: ENDPOINT },
  types: { ip: (token) => isIP(token) > 0 },
  comment: '#',
  read: (text) => readFlat(text, { comment: '#' }),
};
