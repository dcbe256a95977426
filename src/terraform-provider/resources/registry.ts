import type { DispatcherApi } from '../client/dispatcher-api.ts';
import type { Resource } from '../plugin/provider.ts';
import { healthPolicy } from './health-policy.ts';
import { maintenanceWindow } from './maintenance-window.ts';
import { node } from './node.ts';
import { placementPolicy } from './placement-policy.ts';
import { room } from './room.ts';
import { vip } from './vip.ts';

/** Sorted by name. */
export const RESOURCES: readonly Resource<DispatcherApi>[] = [
  healthPolicy,
  maintenanceWindow,
  node,
  placementPolicy,
  room,
  vip,
];
