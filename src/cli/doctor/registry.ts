import type { Check } from './check.ts';
import { clocks } from './checks/clocks.ts';
import { conntrack } from './checks/conntrack.ts';
import { dispatcher } from './checks/dispatcher.ts';
import { engines } from './checks/engines.ts';
import { kernel } from './checks/kernel.ts';
import { nodes } from './checks/nodes.ts';
import { permissions } from './checks/permissions.ts';
import { ports } from './checks/ports.ts';
import { store } from './checks/store.ts';

/** In the order of the report. */
export const CHECKS: readonly Check[] = [
  store,
  dispatcher,
  nodes,
  clocks,
  engines,
  permissions,
  kernel,
  conntrack,
  ports,
];
