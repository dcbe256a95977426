/** Probes: "ip slb probe http", "tcp" and "custom udp" in the Command Reference. */
import { CHECK_FALL, CHECK_INTERVAL, CHECK_TIMEOUT, type Check } from '../dialect/checks.ts';
import { hexBytes, STUN_ANSWER, STUN_REQUEST } from '../dialect/stun.ts';
import type { Block } from '../dialect/text.ts';

export function probe(name: string, check: Check): Block {
  return { head: `ip slb probe ${name} ${KEYWORD[check.kind]}`, body: bodyOf(check) };
}

const KEYWORD = { http: 'http', tcp: 'tcp', stun: 'custom udp' } as const;

/** HTTP and TCP probes have no `faildetect`: one failure takes the server out, and one success brings it back. */
function bodyOf(check: Check): string[] {
  const { kind, port } = check;
  const common = [`port ${port}`, `interval ${CHECK_INTERVAL}`];
  if (kind === 'tcp') return common;
  if (kind === 'http') return [...common, `request method get url ${check.path}`, 'expect status 200'];
  return [
    ...common,
    `timeout ${CHECK_TIMEOUT}`,
    `faildetect ${CHECK_FALL}`,
    `request data 0 ${hexBytes(STUN_REQUEST, ' ')}`,
    `response 1 data 0 ${hexBytes(STUN_ANSWER, ' ')}`,
  ];
}
