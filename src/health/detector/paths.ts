/**
 * What a probe through the VIP says of the path, which takes a look at the direct probe of the same worker too:
 *
 * - The right worker answered: `fine`.
 * - Another one did: `wrong-node`, whatever the direct probe says.
 * - Nobody did, and the worker answers directly: `dead`. The node is up, the way through the VIP is not.
 * - Nobody did, and the worker doesn't answer directly either, or isn't asked: `unproven`. That the node is
 *   down is for the direct probe to say.
 * - In between (some timeouts, not yet `fall` of them; some answers, not yet `rise`) the last verdict stands.
 *
 * For its node, a path to the wrong node means: no new rooms, since their media would end elsewhere. A dead path
 * means the same, but only while another path through the same VIP address and transport works. Where none
 * does, it is the balancer, or this dispatcher does not reach the VIP at all (as from behind it in DSR): that is
 * told of the VIP, and is no reason to shun every node. When a balancer dies or comes back, its paths follow one
 * after the other within one interval; so a path must have been dead, and another fine, for longer than that.
 */
import type { HealthState } from '../../cluster/view.ts';
import type { Outcome } from '../outcome.ts';
import type { CheckRecord } from './check.ts';

export const VERDICTS = ['fine', 'dead', 'wrong-node', 'unproven', 'unknown'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface PathEvidence {
  readonly before: Verdict;
  /** The check through the VIP. */
  readonly through: CheckRecord;
  /** Best state of the direct checks of the same worker. */
  readonly direct: HealthState;
}

export function judgePath({ before, through, direct }: PathEvidence): Verdict {
  const { state, alive, cause } = through;
  if (state === 'unknown') return 'unknown';
  if (state === 'up') return 'fine';
  if (state === 'suspect' || alive > 0) return before;
  if (cause === 'wrong-node') return 'wrong-node';
  // Where there are too many workers to ask them all, not every diagnosis meets the one who is there.
  if (cause === 'timeout' && before === 'wrong-node') return before;
  return direct === 'up' ? 'dead' : 'unproven';
}

/**
 * The same of a single round, for who asks once: what came back through the VIP, and from the worker itself
 * (undefined: it was not asked). A timeout counts at once here, since nobody will ask again.
 */
export function verdictNow(through: Outcome, direct: Outcome | undefined): Verdict {
  if (through.kind === 'skipped') return 'unknown';
  if (answered(through)) return 'fine';
  if (through.kind === 'failure' && through.reason === 'wrong-node') return 'wrong-node';
  return direct && answered(direct) ? 'dead' : 'unproven';
}

function answered({ kind }: Outcome): boolean {
  return kind === 'ok' || kind === 'busy';
}

/** One interval, by which paths follow each other, and a margin. In intervals. */
export const PATIENCE = 1.5;

/** @param othersWork whether, for long enough, this path was dead and another one of the same VIP fine */
export function pathEffect(verdict: Verdict, othersWork: boolean): HealthState {
  if (verdict === 'wrong-node') return 'down';
  if (verdict === 'dead' && othersWork) return 'down';
  return verdict === 'fine' ? 'up' : 'unknown';
}

/** For people: what it is and what to look at. */
export interface VerdictText {
  readonly event: string;
  /** Counter of verdicts, by node and VIP. */
  readonly metric: string;
  readonly hint: string;
}

export const VERDICT_TEXTS: Readonly<Record<Verdict, VerdictText>> = {
  fine: {
    event: 'path.fine',
    metric: 'roomlb_vip_path_fine_total',
    hint: 'The rule of this port leads to the right worker.',
  },
  dead: {
    event: 'path.dead',
    metric: 'roomlb_vip_path_dead_total',
    hint: 'The worker answers at its own address but not through the VIP. Look whether the balancer has a rule for this port and protocol; with NAT, whether the node routes its answers back through the balancer (or set snat); with dsr or tunnel, whether the VIP is on its loopback, ARP is silenced there, and the worker listens on the VIP (`roomlb render node-setup`).',
  },
  'wrong-node': {
    event: 'path.wrong-node',
    metric: 'roomlb_vip_path_wrong_node_total',
    hint: 'The rule of this port leads to another worker than the topology says: render the configuration again, compare, and look for rules by hand or of an older revision.',
  },
  unproven: {
    event: 'path.unproven',
    metric: 'roomlb_vip_path_unproven_total',
    hint: 'The worker does not answer directly either: heal the node first.',
  },
  unknown: {
    event: 'path.unknown',
    metric: 'roomlb_vip_path_unknown_total',
    hint: 'Not probed yet, or the node has told no probe credentials.',
  },
};

export const VIP_UNREACHABLE_HINT =
  'No path through this VIP address works from here, while nodes answer directly: the balancer is down or has no rules, or this dispatcher cannot reach the VIP (it runs behind the balancer without hairpin NAT, or on a DSR node). Nodes are not judged by it.';
