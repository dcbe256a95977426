/** A declared balancer, ready to be driven: its driver, and what is remembered of it on this host. */
import { join } from 'node:path';
import type { VipProbe } from '../reconcile/carry-out.ts';
import type { TakeFence } from '../reconcile/fence.ts';
import { Memory } from '../reconcile/memory.ts';
import { Reconciler } from '../reconcile/reconciler.ts';
import type { Balancer } from '../targets/balancer.ts';
import { driverFor } from '../targets/connect.ts';
import type { Driver } from '../targets/driver.ts';
import type { Tracer } from '../tracing/tracer.ts';

export const DEFAULT_STATE_FOLDER = '/var/lib/roomlb';

export interface Engine {
  readonly balancer: Balancer;
  readonly driver: Driver;
  readonly reconciler: Reconciler;
}

export interface EngineOptions {
  readonly cluster: string;
  readonly stateFolder: string;
  /** Left out: nothing is asked through VIPs. */
  readonly probe?: VipProbe | undefined;
  /** Left out: no other replica drives the engine. */
  readonly fence?: ((balancer: string) => TakeFence | undefined) | undefined;
  readonly tracer?: Tracer | undefined;
}

/** Connects to nothing yet. Undefined where RoomLB can render for it, but not drive it. */
export function openEngine(
  balancer: Balancer,
  { cluster, stateFolder, probe, fence: fenceFor, tracer }: EngineOptions,
): Engine | undefined {
  const driver = driverFor(balancer, cluster);
  if (!driver) return undefined;
  const folder = join(stateFolder, 'balancers', balancer.id);
  const memory = new Memory(folder, driver.target, driver.stateVersion);
  const lockFile = balancer.lock ?? join(folder, 'lock');
  const fence = fenceFor?.(balancer.id);
  const reconciler = new Reconciler({ balancer, driver, memory, lockFile, probe, fence, tracer });
  return { balancer, driver, reconciler };
}
