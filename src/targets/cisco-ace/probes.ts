/** Probes: "probe http", "probe tcp" and "probe udp" in the Command Reference. */
import { CHECK_FALL, CHECK_INTERVAL, CHECK_RISE, CHECK_TIMEOUT, type Check } from '../dialect/checks.ts';
import { hexBytes, STUN_ANSWER, STUN_REQUEST } from '../dialect/stun.ts';
import type { Block } from '../dialect/text.ts';
import { probeName } from './names.ts';

export function probe(check: Check): Block {
  return {
    head: `probe ${check.kind === 'stun' ? 'udp' : check.kind} ${probeName(check)}`,
    body: [
      `port ${check.port}`,
      `interval ${CHECK_INTERVAL}`,
      `faildetect ${CHECK_FALL}`,
      `passdetect interval ${CHECK_INTERVAL}`,
      `passdetect count ${CHECK_RISE}`,
      `receive ${CHECK_TIMEOUT}`,
      ...asks(check),
    ],
  };
}

/** `open`: how long a connection may take. "send-hex-data" and "expect hex-regex" came with A5(3.0). */
function asks(check: Check): string[] {
  const open = `open ${CHECK_TIMEOUT}`;
  switch (check.kind) {
    case 'tcp':
      return [open];
    case 'http':
      return [open, `request method get url ${check.path}`, 'expect status 200 200'];
    case 'stun':
      return [`send-hex-data ${hexBytes(STUN_REQUEST)}`, `expect hex-regex ${hexBytes(STUN_ANSWER)}`];
  }
}
