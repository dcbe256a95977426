/** Replicas whose nodes answer probes as told, and whose clocks go when told. */
import type { Scene } from '../service/scene.ts';
import { SMALL } from '../fixtures/cluster.ts';

/** What probes find counts at once, and for each node by itself. */
export const PLAIN = `${SMALL}\nhealth: { damping: off, slowStart: off, panicThreshold: off }`;
/** Milliseconds between two probes. */
export const INTERVAL = 2000;

export async function pass(all: readonly { scene: Scene }[], milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 500) {
    for (const { scene } of all) await scene.clock.go(500);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  for (const { scene } of all) await scene.settle();
}
