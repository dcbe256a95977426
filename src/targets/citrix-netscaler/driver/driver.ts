/**
 * Drives NetScaler by NITRO: resources are listed, compared with those that are wanted, made, changed and removed, and
 * the configuration is saved. Whose one is its comment says, and of a monitor its name.
 */
import { ofTarget, type Balancer } from '../../balancer.ts';
import type { Driver } from '../../driver.ts';
import { deviceClient, type DevicePorts } from '../../driving/device/client.ts';
import { inTurn } from '../../driving/in-turn.ts';
import type { ManagedObject, ObjectsAction, ObjectsState } from '../../driving/objects/model.ts';
import { planObjects } from '../../driving/objects/plan.ts';
import { configure } from '../configure.ts';
import { clusterName } from '../names.ts';
import { readCommands } from '../read-commands.ts';
import { vridNotes } from '../vrid.ts';
import { dialect, withSession } from './api.ts';
import { rowsFrom } from './from-commands.ts';
import { KINDS, type Kind } from './kinds.ts';
import { requestsFor } from './requests.ts';
import { asRead, markOf, objectFrom, type Row } from './rows.ts';
import { rules, settled } from './rules.ts';

export function nitroDriver(
  balancer: Balancer,
  cluster: string,
  ports: DevicePorts = {},
): Driver<ObjectsState, ObjectsAction> {
  const device = ofTarget(balancer, 'citrix-netscaler');
  const { url, partition } = device;
  const client = deviceClient(device, dialect, ports);
  const where = partition === null ? url : `partition ${partition} at ${url}`;
  return {
    target: 'citrix-netscaler',
    where,
    stateVersion: 1,

    read: () =>
      withSession(client, { partition }, async (session) => {
        const objects: ManagedObject[] = [];
        for (const kind of KINDS) {
          const query = kind.parent === undefined ? '' : '?bulkbindings=yes';
          for (const object of objectsIn(await session.list(kind.type, query), kind))
            objects.push(asRead(object));
        }
        return { mark: markOf(clusterName(cluster)), objects, notes: [] };
      }),

    desired(intent) {
      const { commands } = configure(intent);
      const mark = markOf(clusterName(intent.cluster));
      const rows = rowsFrom(readCommands(commands.join('\n')), mark);
      return {
        mark,
        objects: KINDS.flatMap((kind) => objectsIn(rows.get(kind.type) ?? [], kind)),
        notes: vridNotes(commands),
      };
    },

    plan: (actual, desired) => planObjects(settled(actual, desired), settled(desired), rules, where),

    async apply({ steps }, run) {
      if (steps.length === 0) return;
      await withSession(client, { partition, signal: run.signal }, async (session) => {
        for (const { action } of inTurn(steps, run)) {
          for (const request of requestsFor(action)) await session.change(request);
        }
        await session.change({ method: 'POST', path: 'nsconfig?action=save', body: { nsconfig: {} } });
      });
    },
  };
}

function objectsIn(rows: readonly Row[], kind: Kind): ManagedObject[] {
  return rows.flatMap((row) => objectFrom(row, kind) ?? []);
}
