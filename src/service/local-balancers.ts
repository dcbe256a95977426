/** Balancers on the dispatcher's own host: each follows the intent by a loop of its own. */
import type { Logger } from 'pino';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import type { Clock } from '../health/clock.ts';
import { Loop, PACE } from '../reconcile/loop.ts';
import type { BalancerReport } from '../reconcile/report.ts';
import type { BalancerBoard } from './balancer-board.ts';
import type { Engine } from './open-engine.ts';

export interface LocalBalancersOptions {
  readonly dispatcher: Dispatcher;
  readonly board: BalancerBoard;
  readonly engines: readonly Engine[];
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** @returns how to stop them; resolves when no run goes on any more */
export function driveLocally(options: LocalBalancersOptions): () => Promise<void> {
  const { dispatcher, board, engines, clock, logger } = options;
  const loops = engines.map((engine) => {
    const loop = loopFor(engine, clock, (report) => logReport(logger, report));
    board.drive({ ...engine, loop });
    loop.want(dispatcher.snapshot.intent);
    loop.start();
    return loop;
  });
  const forget = dispatcher.onChange(({ intent }) => loops.forEach((loop) => loop.want(intent)));
  return async () => {
    forget();
    await Promise.all(loops.map((loop) => loop.stop()));
  };
}

/** A look that found all as it should be is no line: there is one every so often. */
export function logReport(logger: Pick<Logger, 'info' | 'warn'>, report: BalancerReport): void {
  const { balancer, standing, wanted, applied, why, plan } = report;
  if (standing === 'in-sync' && plan === null) return;
  const details = { balancer, standing, wanted, applied, why, counts: plan?.counts, plan: plan?.id };
  logger[standing === 'in-sync' ? 'info' : 'warn'](details, 'balancer');
}

export function loopFor(
  { balancer, driver, reconciler }: Engine,
  clock: Clock,
  onReport: (report: BalancerReport) => void,
): Loop {
  return new Loop({
    reconciler,
    about: { balancer: balancer.id, target: balancer.target, where: driver.where },
    pace: { ...PACE, interval: balancer.interval * 1000 },
    drift: balancer.drift,
    clock,
    onReport,
  });
}
