/** How a command that changed an engine, or tried to, ends. */
import type { Outcome } from '../reconcile/reconciler.ts';
import { countsOf, describeCounts, type Loads } from '../reconcile/summary.ts';
import { EXIT } from './exit.ts';
import { paint, printJson, type Io } from './output.ts';
import { planJson } from './plan-text.ts';

/** Prints it, and answers with the exit code. */
export function tellOutcome(
  io: Io,
  balancer: string,
  outcome: Outcome,
  { json, loads }: { readonly json: boolean; readonly loads: Loads },
): number {
  if (json) {
    const why = 'why' in outcome ? outcome.why : null;
    printJson(io, { balancer, result: outcome.result, why, ...planJson(outcome.preview, loads) });
  } else {
    io.err(`${inWords(io, balancer, outcome)}\n`);
  }
  return outcome.result === 'applied' || outcome.result === 'unchanged' ? EXIT.fine : EXIT.checkFailed;
}

function inWords(io: Io, balancer: string, outcome: Outcome): string {
  const { plan, revision } = outcome.preview;
  const red = (text: string) => paint(io, 'red', text);
  switch (outcome.result) {
    case 'unchanged':
      return `${balancer}: nothing to do, it is at revision ${revision}`;
    case 'applied':
      return `${balancer}: ${paint(io, 'green', 'applied')} revision ${revision}, read back: ${describeCounts(countsOf(plan))}`;
    case 'refused':
      return `${balancer}: ${red('refused, nothing was changed')}: ${outcome.why}`;
    case 'rolled-back':
      return `${balancer}: ${red('failed, and rolled back')} to what was there: ${outcome.why}`;
    case 'failed':
      return `${balancer}: ${red('failed, and could not be rolled back')}: ${outcome.why}; look at it with roomlb plan`;
  }
}
