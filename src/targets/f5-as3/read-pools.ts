/** Reads the class "Pool" with its members and what its monitors ask of them. */
import type { Monitor, ServiceRole } from '../../intent/model.ts';
import { parseAddress } from '../../topology/address.ts';
import { hexBytes, STUN_REQUEST } from '../dialect/stun.ts';
import { ROLES } from '../f5-tmsh/read-pools.ts';
import { itemsAt, numberAt, textAt, type Located } from '../reading/json.ts';
import { idOf } from '../reading/values.ts';
import { member, type SeenMember } from '../seen.ts';
import type { Scope } from './read-scope.ts';

/** What RoomLB names pools: see declaration.ts. */
const POOL = /^(signalling|own|media)_(.+)_v[46]$/;

export function roleOf(pool: string): ServiceRole | null {
  return ROLES[POOL.exec(pool)?.[1] ?? ''] ?? null;
}

export function membersOf(pool: Located, name: string, scope: Scope): SeenMember[] {
  const isOurs = POOL.test(name);
  const weighted = textAt(pool, 'loadBalancingMode')?.startsWith('ratio') === true;
  const checks = monitorsOf(pool, scope);
  return itemsAt(pool, 'members').flatMap((one) => {
    const port = numberAt(one, 'servicePort') ?? 0;
    const usable = (textAt(one, 'adminState') ?? 'enable') === 'enable';
    const ratio = weighted ? numberAt(one, 'ratio') : undefined;
    const asked = [...checks, ...monitorsOf(one, scope)];
    return itemsAt(one, 'serverAddresses').flatMap(({ scalar }) => {
      const address = parseAddress(typeof scalar === 'string' ? scalar : '');
      if (!address) return [];
      return [
        member({
          line: one.line,
          node: isOurs ? idOf(textAt(one, 'remark')) : null,
          address,
          port: port === 0 ? null : port,
          weight: ratio ?? (usable ? 1 : null),
          usable,
          monitor: asked.map(monitorOf).find((monitor) => monitor !== null) ?? null,
          stunPort: asked.map(stunPortOf).find((stunPort) => stunPort !== null) ?? null,
        }),
      ];
    });
  });
}

function monitorsOf(of: Located, scope: Scope): Located[] {
  return itemsAt(of, 'monitors').flatMap((reference) => scope.find(reference) ?? []);
}

function monitorOf(monitor: Located): Monitor | null {
  const port = numberAt(monitor, 'targetPort') ?? 0;
  const type = textAt(monitor, 'monitorType');
  if (port === 0 || (type !== 'http' && type !== 'tcp')) return null;
  if (type === 'tcp') return { kind: 'tcp', port };
  return { kind: 'http', port, path: /^GET (\S+)/.exec(textAt(monitor, 'send') ?? '')?.[1] ?? '/' };
}

/** Of UDP monitors only those that send STUN are known. */
function stunPortOf(monitor: Located): number | null {
  const isStun = textAt(monitor, 'send')?.includes(hexBytes(STUN_REQUEST, '', '\\x')) === true;
  return isStun ? (numberAt(monitor, 'targetPort') ?? null) : null;
}
