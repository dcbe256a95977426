/** The driver for a balancer that the topology declares. */
import type { Balancer } from './balancer.ts';
import type { Driver } from './driver.ts';
import { fileDriver } from './file/driver.ts';
import { findTarget } from './registry.ts';

/** Connects to nothing yet. Null for a target that RoomLB renders but cannot drive. */
export function driverFor(balancer: Balancer, cluster: string): Driver | null {
  if (balancer.target !== 'file') return findTarget(balancer.target)?.driver?.(balancer, cluster) ?? null;
  const dialect = findTarget(balancer.dialect);
  return dialect ? fileDriver(balancer, dialect) : null;
}
