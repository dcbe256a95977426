/**
 * Drives AS3 on a BIG-IP: reads the tenant as it was declared, and posts it anew where it is to be another, after
 * a dry run and only if nobody else has posted it meanwhile (optimistic lock).
 */
import { ofTarget, type Balancer } from '../../balancer.ts';
import type { Driver } from '../../driver.ts';
import { deviceClient, type DevicePorts } from '../../driving/device/client.ts';
import { inTurn } from '../../driving/in-turn.ts';
import { ownerLabel, tenantName } from '../declaration.ts';
import { declare } from '../declare.ts';
import { dialect, post, readTenant } from './api.ts';
import { planChanges } from './plan.ts';
import type { As3Action, As3State } from './state.ts';

export function as3Driver(
  balancer: Balancer,
  cluster: string,
  ports: DevicePorts = {},
): Driver<As3State, As3Action> {
  const { url, partition, ...device } = ofTarget(balancer, 'f5-as3');
  const client = deviceClient({ ...device, url, partition }, dialect, ports);
  const name = partition ?? tenantName(cluster);
  const mark = ownerLabel(cluster);
  return {
    target: 'f5-as3',
    where: `tenant ${name} at ${url}`,
    stateVersion: 1,

    async read() {
      const found = await readTenant(client, name);
      return { mark, tenant: found?.tenant ?? null, lock: found?.lock ?? null };
    },

    desired(intent) {
      const { parts, isEmpty } = declare(intent, name);
      return { mark: ownerLabel(intent.cluster), tenant: isEmpty ? null : parts.content(), lock: null };
    },

    plan: (actual, desired) => planChanges(actual, desired, { url, name }),

    async apply({ steps }, run) {
      for (const { action } of inTurn(steps, run)) {
        const { tenant: content, lock } = action;
        const posting = { tenant: name, content, lock, signal: run.signal };
        await post(client, { ...posting, action: 'dry-run' });
        run.signal.throwIfAborted();
        await post(client, { ...posting, action: 'deploy' });
      }
    },
  };
}
