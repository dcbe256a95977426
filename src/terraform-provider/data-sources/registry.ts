import type { DataSource } from '../plugin/provider.ts';
import type { Asker } from './asker.ts';
import { explain } from './explain.ts';
import { health } from './health.ts';
import { lbConfig } from './lb-config.ts';
import { nodes } from './nodes.ts';
import { placement } from './placement.ts';
import { plan } from './plan.ts';

/** Sorted by name. */
export const DATA_SOURCES: readonly DataSource<Asker>[] = [explain, health, lbConfig, nodes, placement, plan];
