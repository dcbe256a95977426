/**
 * Whether what a node answers now contradicts what is believed of it. Pure.
 *
 * - A check that is asked all the time is compared with its own state: `up`, and now it fails; `down`, and now it
 *   answers. One that is `suspect`, or on its way up, is being made up its mind about: nothing contradicts that.
 * - A path through the VIP is compared with its verdict. That its worker does not answer either is for the
 *   worker's own check to say.
 * - What is not asked all the time is compared with the node: it is not `down`, so rooms go there, and this fails.
 *   That it answers where the node is down proves nothing: another check knows why.
 * - A probe that could not be made says nothing.
 */
import type { CheckType } from '../topology/health/config.ts';
import type { CheckHealth, NodeHealth } from './detector/records.ts';
import type { Verdict } from './detector/paths.ts';
import { resultWord } from './hints.ts';
import type { ProbeReport } from './probe-now.ts';

export interface Contradiction {
  /** Of the endpoint. */
  readonly id: string;
  readonly check: CheckType;
  /** `127.0.0.1:40000/udp`; null where nothing is sent. */
  readonly target: string | null;
  /** A health state; of a path that is probed all the time, its verdict. */
  readonly believed: string;
  /** The result in a word; of a path, the verdict. */
  readonly found: string;
  /** Empty where it is well. */
  readonly why: string;
  readonly hint: string;
}

/** @param node undefined where nothing of it is checked all the time */
export function contradictions(
  node: NodeHealth | undefined,
  results: readonly ProbeReport<CheckType>[],
): Contradiction[] {
  const checks = new Map((node?.checks ?? []).map((check) => [check.id, check]));
  return results.flatMap((result) => {
    const { id, check, target, outcome, verdict, hint = '' } = result;
    const known = checks.get(id);
    const believed = known?.verdict ?? known?.state ?? node?.state ?? 'unknown';
    if (
      outcome.kind === 'skipped' ||
      !(known ? contradictsCheck(known, result) : contradictsNode(node, result))
    )
      return [];
    const found = verdict ?? resultWord(outcome);
    const why = 'why' in outcome ? outcome.why : '';
    return [{ id, check, target, believed, found, why, hint }];
  });
}

function contradictsCheck({ state, alive, verdict }: CheckHealth, now: ProbeReport<CheckType>): boolean {
  if (now.verdict !== undefined && verdict !== undefined) {
    return now.verdict !== verdict && isSettled(now.verdict) && isSettled(verdict);
  }
  const { kind } = now.outcome;
  if (state === 'up') return kind !== 'ok';
  return state === 'down' && alive === 0 && (kind === 'ok' || kind === 'busy');
}

function contradictsNode(
  node: NodeHealth | undefined,
  { outcome, verdict }: ProbeReport<CheckType>,
): boolean {
  if (node?.state === 'down') return false;
  return verdict === undefined ? outcome.kind !== 'ok' : isSettled(verdict) && verdict !== 'fine';
}

function isSettled(verdict: Verdict): boolean {
  return verdict !== 'unknown' && verdict !== 'unproven';
}
