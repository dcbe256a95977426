/** What the objects mean: see ObjectRules. */
import { groupBy } from '../../../topology/group-by.ts';
import type { Pool } from '../../driving/changes.ts';
import {
  keyOf,
  type ManagedObject,
  type ObjectRules,
  type ObjectsState,
} from '../../driving/objects/model.ts';
import { roleOf } from '../names.ts';
import { KINDS, MARK, MEMBER } from './kinds.ts';
import { changesOf } from './requests.ts';
import { GONE, LEAVING, OUT, withState } from './rows.ts';

export const rules: ObjectRules = {
  kinds: KINDS.map(({ type }) => type),
  mark: MARK,
  anew: (before, after) => changesOf(before.settings, after) === null,
  closes: ({ settings }) => settings.state !== undefined,
  pools: poolsOf,
  loss: ({ kind, settings: { servicetype, ipv46, port } }) =>
    kind === 'lbvserver'
      ? { what: `${servicetype} port ${port} of ${ipv46} does not answer any more`, connections: null }
      : null,
};

function poolsOf(objects: readonly ManagedObject[]): Map<string, Pool> {
  const closed = new Set(objects.filter(({ settings }) => settings.state !== undefined).map(keyOf));
  const members = groupBy(
    objects.filter(({ kind }) => kind === MEMBER),
    ({ parent }) => parent ?? '',
  );
  const groups = objects.filter(({ kind }) => kind === 'servicegroup');
  return new Map(
    groups.map((group) => [
      group.name,
      {
        shared: roleOf(group.name) === 'signalling',
        members: (members.get(keyOf(group)) ?? []).map((member) => {
          const above = [keyOf(member), keyOf(group), ...member.needs];
          const [, server = ''] = member.name.split(' ');
          return { node: member.node ?? server, usable: !above.some((key) => closed.has(key)) };
        }),
      },
    ]),
  );
}

/**
 * What was read, with members that are out of service told apart: one that shall leave has left, what it had has
 * ended. A state that was read may be wanted again: then such a member is to be out of service.
 */
export function settled(read: ObjectsState, wanted?: ObjectsState): ObjectsState {
  const leave = (wanted?.objects ?? []).filter(({ settings }) => settings.state === LEAVING);
  const leaving = new Set(leave.map(keyOf));
  const objects = read.objects.map((object) =>
    object.settings.state === GONE ? withState(object, leaving.has(keyOf(object)) ? LEAVING : OUT) : object,
  );
  return { ...read, objects };
}
