import { cronMeaning } from '../../calendar/cron.ts';
import { WindowSchema } from '../../topology/maintenance/schema.ts';
import type { DispatcherApi } from '../client/dispatcher-api.ts';
import { deriveMapping } from '../mapping/derive.ts';
import type { Resource } from '../plugin/provider.ts';
import { change, entityResource, remove, subjectOf, write, type Entity } from './entity.ts';
import { leaving, onceOutOfTheWay } from './in-order.ts';
import { withoutRemoved } from './windows-left.ts';

export const MAINTENANCE_WINDOW: Entity = {
  name: 'maintenance',
  key: 'id',
  type: 'maintenance_window',
  word: 'maintenance window',
  description:
    'A maintenance window: while it is open, the nodes that it names are drained. Name nodes, or a zone.',
  mapping: deriveMapping(WindowSchema, {
    id: { traits: { replaces: true } },
    cron: { traits: { example: '"0 3 * * sun"' }, meaning: cronMeaning },
  }),
};

const WINDOW = MAINTENANCE_WINDOW;

export const maintenanceWindow: Resource<DispatcherApi> = {
  ...entityResource(WINDOW),
  update: (prior, planned, api, context) =>
    onceOutOfTheWay(api, context, () =>
      write(WINDOW, api, planned, (found) => change(WINDOW, withoutRemoved(prior, api), planned)(found)),
    ),
  delete: (prior, api, context) =>
    leaving(subjectOf(WINDOW, prior), api, context, () => remove(WINDOW, api, withoutRemoved(prior, api))),
};
