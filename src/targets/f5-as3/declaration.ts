/** The objects of a BIG-IP as one declaration: a tenant of its own, with an application for each VIP. */
import type { Intent } from '../../intent/model.ts';
import { frontIds, vipIds, type CarriedService } from '../dialect/carried.ts';
import { checkKey, type Check } from '../dialect/checks.ts';
import { namer } from '../dialect/names.ts';
import { groupBy } from '../../topology/group-by.ts';
import { INTERVAL, monitorText, TIMEOUT } from '../f5-tmsh/monitors.ts';
import * as f5 from '../f5-tmsh/objects.ts';
import type {
  Declaration,
  L4Profile,
  Monitor,
  Persist,
  Pool,
  PoolMember,
  ServiceL4,
  Tenant,
  Use,
} from './model.ts';

/** The oldest AS3 that knows all of `model.ts`; newer ones take older declarations. */
export const SCHEMA_VERSION = '3.50.0';

export interface Parts {
  readonly tenant: string;
  service(virtual: f5.Virtual): ServiceL4;
  member(member: f5.PoolMember, pool: f5.Pool): PoolMember;
  declaration(): Declaration;
  /** The tenant's own part of it. */
  content(): Tenant;
}

/** The tenant of a cluster, unless a topology names another. */
export function tenantName(cluster: string): string {
  return `roomlb_${cluster}`;
}

/** The label of a tenant that is a cluster's own. Labels take 64 characters; of clusters' ids the whole nearly always fits. */
export function ownerLabel(cluster: string): string {
  return shortened(`roomlb ${cluster}`);
}

/** Names of a tenant, applications and objects take 190 characters; ids 63, so that they always fit. */
export function partsOf(
  intent: Intent,
  services: readonly CarriedService[],
  objects: f5.Objects,
  tenant: string,
): Parts {
  const front = namer(frontIds(services), { max: 100 });
  const shared = (name: string): Use => ({ use: `/${tenant}/Shared/${name}` });

  const member = (one: f5.PoolMember, pool: f5.Pool): PoolMember => ({
    servicePort: one.port,
    serverAddresses: [one.address.text],
    ...(pool.weighted && { ratio: one.ratio }),
    adminState: one.takesNew ? 'enable' : 'disable',
    ...monitors(one.checks),
    shareNodes: true,
    remark: one.node,
  });
  const monitors = (checks: readonly Check[]) =>
    checks.length === 0
      ? {}
      : { monitors: checks.map((check) => shared(monitorName(check))), minimumMonitors: checks.length };
  const pool = (one: f5.Pool): Pool => ({
    class: 'Pool',
    loadBalancingMode: one.weighted ? 'ratio-member' : 'round-robin',
    ...monitors(one.checks),
    members: one.members.map((each) => member(each, one)),
  });
  const service = ({
    service: of,
    front: at,
    port,
    pool: to,
    profile,
    persistence,
  }: f5.Virtual): ServiceL4 => ({
    class: 'Service_L4',
    remark: shortened(of.id),
    layer4: of.protocol,
    virtualAddresses: [at.address.text],
    virtualPort: port,
    pool: poolName(to),
    profileL4: shared(profileName(profile)),
    persistenceMethods: persistence === null ? [] : [shared(persistName(persistence))],
    snat: of.snat ? 'auto' : 'none',
    translateServerAddress: of.forwarding === 'nat',
    translateServerPort: of.forwarding === 'nat',
  });
  const serviceName = ({ service: of, front: at, port }: f5.Virtual) =>
    `${of.protocol}_${port}_${front(at.id)}_v${at.address.family}`;

  const poolsOf = groupBy(objects.pools, ({ vip }) => vip);
  const virtualsOf = groupBy(objects.virtuals, (one) => one.service.vip);
  const application = (vip: string) => ({
    class: 'Application' as const,
    template: 'generic' as const,
    ...named(poolsOf.get(vip) ?? [], poolName, pool),
    ...named(virtualsOf.get(vip) ?? [], serviceName, service),
  });
  const content = (): Tenant => ({
    class: 'Tenant',
    label: ownerLabel(intent.cluster),
    Shared: {
      class: 'Application',
      template: 'shared',
      ...named(objects.checks, monitorName, monitor),
      ...named(objects.profiles, profileName, profileL4),
      ...named(objects.persistences, persistName, persist),
    },
    ...named([...vipIds(services)], (vip) => `vip_${vip}`, application),
  });
  return {
    tenant,
    content,
    service,
    member,
    declaration: () => ({
      class: 'AS3',
      action: 'deploy',
      persist: true,
      declaration: {
        class: 'ADC',
        schemaVersion: SCHEMA_VERSION,
        id: `roomlb-${intent.cluster}`,
        label: `roomlb revision ${intent.revision}`,
        [tenant]: content(),
      },
    }),
  };
}

function monitor(check: Check): Monitor {
  const { type, send, receive, port } = monitorText(check);
  return {
    class: 'Monitor',
    monitorType: type,
    targetPort: port,
    interval: INTERVAL,
    timeout: TIMEOUT,
    send: send ?? '',
    receive: receive ?? '',
  };
}

function profileL4({ idle, direct }: f5.Profile): L4Profile {
  return {
    class: 'L4_Profile',
    idleTimeout: idle,
    ...(direct && { looseInitialization: true, looseClose: true }),
  };
}

function persist(seconds: number): Persist {
  return { class: 'Persist', persistenceMethod: 'source-address', duration: seconds };
}

const monitorName = (check: Check) => `monitor_${checkKey(check)}`;
const profileName = (profile: f5.Profile) => `l4_${f5.profileKey(profile)}`;
const persistName = (seconds: number) => `source_${seconds}`;
const poolName = ({ kind, id, family }: f5.Pool) => `${kind}_${id}_v${family}`;

/** Remarks and labels take 64 characters; ids of services may be longer. */
function shortened(text: string): string {
  return text.length <= 64 ? text : `${text.slice(0, 63)}~`;
}

function named<T, V>(
  items: readonly T[],
  nameOf: (item: T) => string,
  make: (item: T) => V,
): Record<string, V> {
  return Object.fromEntries(items.map((item) => [nameOf(item), make(item)]));
}
