/**
 * Drives ACOS by aXAPI v3: objects are read as JSON, compared with those that are wanted, made, changed and removed
 * one by one, and the configuration is saved. Whose an object is its `user-tag` says.
 */
import { isRecord } from '../../../json.ts';
import { ofTarget, type Balancer } from '../../balancer.ts';
import type { Driver } from '../../driver.ts';
import { deviceClient, type DevicePorts } from '../../driving/device/client.ts';
import { inTurn } from '../../driving/in-turn.ts';
import type { ObjectsAction, ObjectsState } from '../../driving/objects/model.ts';
import { planObjects } from '../../driving/objects/plan.ts';
import { configure } from '../configure.ts';
import { dialect, withSession, type Session } from './api.ts';
import { KINDS, kindOf } from './fields.ts';
import { objectsOf } from './from-blocks.ts';
import { changesOf, jsonOf, listIn, objectsFrom } from './json.ts';
import { rules } from './rules.ts';

export function acosDriver(
  balancer: Balancer,
  cluster: string,
  ports: DevicePorts = {},
): Driver<ObjectsState, ObjectsAction> {
  const device = ofTarget(balancer, 'a10-acos');
  const { url, partition } = device;
  const client = deviceClient(device, dialect, ports);
  const markOf = (id: string) => `roomlb_${id}`;
  const where = partition === null ? url : `partition ${partition} at ${url}`;
  return {
    target: 'a10-acos',
    where,
    stateVersion: 1,

    read: () =>
      withSession(client, { partition }, async (session) => {
        const objects = [];
        for (const kind of KINDS.filter(({ parent }) => parent === undefined)) {
          const found = await session.get(kind.path);
          const list = isRecord(found) ? listIn(found, kind) : [];
          objects.push(...list.flatMap((one) => objectsFrom(one, kind)));
        }
        return { mark: markOf(cluster), objects, notes: [] };
      }),

    desired(intent) {
      const { blocks } = configure(intent);
      const vrids = blocks.flatMap(({ head }) => /^vrrp-a vrid (\d+)$/.exec(head)?.[1] ?? []);
      return {
        mark: markOf(intent.cluster),
        objects: objectsOf(blocks, markOf(intent.cluster)),
        notes: vrids.map((id) => `VIPs join vrid ${id} of VRRP-A, whose priority is left to you`),
      };
    },

    plan: (actual, desired) => planObjects(actual, desired, rules, where),

    async apply({ steps }, run) {
      if (steps.length === 0) return;
      await withSession(client, { partition, signal: run.signal }, async (session) => {
        for (const { action } of inTurn(steps, run)) {
          await carryOut(action, session);
        }
        await session.change('POST', 'write/memory', { memory: { destination: 'primary' } });
      });
    },
  };
}

async function carryOut(action: ObjectsAction, session: Session): Promise<void> {
  if (action.do === 'make') {
    const [first] = action.made;
    if (!first) return;
    const { element } = kindOf(first.object.kind);
    const body = { [`${element}-list`]: action.made.map(jsonOf) };
    return session.change('POST', collectionOf(first.object), body);
  }
  const { object } = action;
  const path = `${collectionOf(object)}/${ownKey(object)}`;
  if (action.do === 'remove') return session.change('DELETE', path);
  const { element } = kindOf(object.kind);
  await session.change('POST', path, { [element]: changesOf(action.before, object) });
}

function collectionOf({ kind, name }: ObjectsState['objects'][number]): string {
  const { path, parent } = kindOf(kind);
  if (parent === undefined) return path;
  return `${kindOf(parent).path}/${encodeURIComponent(name.split(' ')[0] ?? '')}/${path}`;
}

/** `{name}`, of parts `{name}+{port}` and `{port-number}+{protocol}`. */
function ownKey({ kind, name }: ObjectsState['objects'][number]): string {
  const words = name.split(' ').slice(kindOf(kind).parent === undefined ? 0 : 1);
  return words.map(encodeURIComponent).join('+');
}
