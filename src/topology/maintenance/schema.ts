/** `maintenance:` as users write it. Same rules as `schema.ts` beside this folder. */
import Type from 'typebox';
import { ID_PATTERN } from '../patterns.ts';
import { cron, duration, id, mapping, timeZone } from '../schema-parts.ts';

const { Optional } = Type;

export const WindowSchema = mapping(
  'A maintenance window: while it is open, the nodes that it names are drained. Name nodes, or a zone.',
  {
    id: id('Name of the window.', ['kernel-updates']),
    cron: cron('When it opens', ['0 3 * * sun', '30 22 1 * *']),
    duration: duration('How long it stays open, in whole minutes, 1m to 7 days (168h).', undefined, '2h'),
    timeZone: Optional(
      timeZone(
        'IANA time zone that the times are in. A time that clocks skip is taken an hour later, one that they show twice the first time.',
      ),
    ),
    nodes: Optional(
      Type.Array(Type.String({ pattern: ID_PATTERN }), {
        minItems: 1,
        uniqueItems: true,
        examples: [['sfu-1', 'sfu-2']],
        description: 'Ids of the nodes to drain.',
      }),
    ),
    zone: Optional(id('Zone whose nodes to drain.', ['a'])),
  },
  [{ id: 'kernel-updates', cron: '0 3 * * sun', duration: '2h', timeZone: 'Asia/Seoul', zone: 'a' }],
);

/** Reading an expression takes about a millisecond. */
export const MAX_WINDOWS = 100;

export const MaintenanceSchema = Type.Array(WindowSchema, {
  maxItems: MAX_WINDOWS,
  description: 'Maintenance windows: nodes are drained while one is open, and come back by themselves.',
  examples: [
    [{ id: 'kernel-updates', cron: '0 3 * * sun', duration: '2h', timeZone: 'Asia/Seoul', zone: 'a' }],
  ],
});

export type WindowDocument = Type.Static<typeof WindowSchema>;
export type MaintenanceDocument = Type.Static<typeof MaintenanceSchema>;
