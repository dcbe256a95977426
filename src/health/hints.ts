/** What to look at, for every outcome that a probe can have: beside `why`, which says what came back. */
import type { CheckType } from '../topology/health/config.ts';
import { VERDICT_TEXTS, type Verdict } from './detector/paths.ts';
import type { FailureReason, Outcome } from './outcome.ts';

/** `plain-stun`: see `probes/plain-stun.ts`. */
export type AskedBy = CheckType | 'plain-stun';

/** What came of a probe, in one word. */
export type ResultWord = Exclude<Outcome['kind'], 'failure'> | FailureReason;

export function resultWord(outcome: Outcome): ResultWord {
  return outcome.kind === 'failure' ? outcome.reason : outcome.kind;
}

/**
 * Undefined where nothing is wrong.
 *
 * @param verdict of a path through a VIP, which says more than its probe alone
 */
export function hintFor(by: AskedBy, outcome: Outcome, verdict?: Verdict): string | undefined {
  const word = resultWord(outcome);
  if (word === 'ok') return undefined;
  if (verdict !== undefined && verdict !== 'unknown' && verdict !== 'fine')
    return VERDICT_TEXTS[verdict].hint;
  return HINTS[by][word] ?? COMMON[word];
}

type Hints = Readonly<Partial<Record<Exclude<ResultWord, 'ok'>, string>>>;

const COMMON: Readonly<Record<Exclude<ResultWord, 'ok'>, string>> = {
  busy: 'It serves what it has and takes nothing new. If that is not wanted, look who told it to drain.',
  timeout: 'A firewall drops packets on the way, the host is off, or the process hangs.',
  refused:
    'The host answers that nothing listens there: look whether the process runs, and on which address and port.',
  unreachable: 'The network knows no way to that address: look at routes, and whether the host is on.',
  'wrong-answer': 'Something else than was expected has that port: look which process it is.',
  'wrong-node': VERDICT_TEXTS['wrong-node'].hint,
  'says-down': 'The node itself says so: its log and its GET /health tell why.',
  skipped: 'Nothing was learnt about the node: the process that asks is in trouble itself.',
};

const CREDENTIALS =
  'Media nodes tell their probe credentials by heartbeat: look whether one runs there and is connected to this dispatcher.';

const STUN: Hints = {
  timeout:
    'A worker that hangs is silent while TCP connections to it still succeed. So is a worker that started anew, to its former credentials; and a firewall.',
  'wrong-answer':
    'Another process, or another worker, has that port: look for two nodes with the same ports.',
  skipped: CREDENTIALS,
};

const HINTS: Readonly<Record<AskedBy, Hints>> = {
  stun: STUN,
  'vip-stun': STUN,
  'plain-stun': {
    timeout:
      "A media port answers only to its own credentials (--ufrag and --password-file); any Binding is answered by a media node's STUN port, which is silent while the node is not well.",
  },
  http: {
    timeout: 'The port takes connections but nothing answers, or packets are dropped on the way.',
    'wrong-answer': 'Look at path, port, Host header and TLS: something else answers there.',
  },
  tcp: { timeout: 'A firewall drops packets on the way, the host is off, or its backlog is full.' },
  janus: {
    busy: 'Janus was told so by its admin API (accept_new_sessions): its sessions go on.',
    timeout: 'Janus hangs, or packets are dropped on the way.',
    'wrong-answer': 'Look at base_path and port in janus.transport.http.jcfg: something else answers there.',
  },
  heartbeat: {
    timeout: 'The node hangs, or lost its connection to this dispatcher: its own log tells which.',
    skipped: CREDENTIALS,
  },
};
