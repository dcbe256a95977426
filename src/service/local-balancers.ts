/** Balancers on the dispatcher's own host: each follows the intent by a loop of its own. */
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
}

/** @returns how to stop them; resolves when no run goes on any more */
export function driveLocally(options: LocalBalancersOptions): () => Promise<void> {
  const { dispatcher, board, engines, clock } = options;
  const loops = engines.map((engine) => {
    const loop = loopFor(engine, clock, (report) => board.tell(report));
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
