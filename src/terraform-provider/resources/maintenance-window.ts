import { WindowSchema } from '../../topology/maintenance/schema.ts';
import { deriveMapping } from '../mapping/derive.ts';
import { entityResource, type Entity } from './entity.ts';

export const MAINTENANCE_WINDOW: Entity = {
  name: 'maintenance',
  key: 'id',
  type: 'maintenance_window',
  word: 'maintenance window',
  description:
    'A maintenance window: while it is open, the nodes that it names are drained. Name nodes, or a zone.',
  mapping: deriveMapping(WindowSchema, {
    id: { traits: { replaces: true } },
    cron: { traits: { example: '"0 3 * * sun"' } },
  }),
};

export const maintenanceWindow = entityResource(MAINTENANCE_WINDOW);
