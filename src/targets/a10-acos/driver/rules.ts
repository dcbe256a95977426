/** What the objects mean: see ObjectRules. */
import { groupBy } from '../../../topology/group-by.ts';
import type { Pool } from '../../driving/changes.ts';
import type { ManagedObject, ObjectRules } from '../../driving/objects/model.ts';
import { KINDS, kindName, MARK } from './fields.ts';
import { changesOf } from './json.ts';

export const rules: ObjectRules = {
  kinds: KINDS.map(kindName),
  mark: MARK,
  anew: (before, after) => changesOf(before.settings, after) === null,
  closes: ({ settings }) => settings['member-state'] !== undefined || settings.action !== undefined,
  pools: poolsOf,
  loss: ({ kind, name }) => {
    if (kind !== 'slb virtual-server port') return null;
    const [server, port, protocol] = name.split(' ');
    return { what: `${protocol} port ${port} of ${server} does not answer any more`, connections: null };
  },
};

/** Groups by their names; one that several share is named for that (names.ts). */
function poolsOf(objects: readonly ManagedObject[]): Map<string, Pool> {
  const closed = new Set(
    objects
      .filter(({ kind, settings }) => kind.startsWith('slb server') && settings.action !== undefined)
      .map(({ name }) => name),
  );
  const members = groupBy(
    objects.filter(({ kind }) => kind === 'slb service-group member'),
    ({ parent }) => parent ?? '',
  );
  const groups = objects.filter(({ kind }) => kind === 'slb service-group');
  return new Map(
    groups.map(({ kind, name, settings }) => [
      name,
      {
        shared: name.startsWith('roomlb-pool-'),
        members: (members.get(`${kind} ${name}`) ?? []).map((member) => {
          const [, server, port] = member.name.split(' ');
          const above = [server ?? '', `${server} ${port} ${settings.protocol}`];
          const isClosed = above.some((name) => closed.has(name));
          const usable = member.settings['member-state'] === undefined && !isClosed;
          return { node: member.node ?? server ?? '', usable };
        }),
      },
    ]),
  );
}
