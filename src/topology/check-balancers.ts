import { announces, dialectOf, isDevice, type Balancer } from './balancers/balancer.ts';
import { nearest } from './nearest.ts';
import type { Located, Parts } from './parts.ts';
import type { Path, Problems } from './problems.ts';

/** Balancers carry VIPs that exist, and no two write to one thing. */
export function checkBalancers(parts: Parts, problems: Problems): void {
  checkVipsExist(parts, problems);
  const sound = parts.balancers.filter(({ sound }) => sound);
  checkOwners(sound, parts, problems);
  checkFiles(sound, problems);
  checkTables(sound, problems);
  checkServices(sound, parts, problems);
}

function checkVipsExist({ balancers, vips, vipsKnown }: Parts, problems: Problems): void {
  if (!vipsKnown) return;
  const ids = vips.map(({ value }) => value.id);
  const known = new Set(ids);
  for (const { path, value } of balancers) {
    for (const id of value.vips ?? []) {
      if (known.has(id)) continue;
      const meant = nearest(id, ids);
      problems.fault(
        [...path, 'vips'],
        `there is no VIP ${id}`,
        meant === undefined
          ? `VIPs are: ${ids.slice(0, 10).join(', ') || 'none yet'}`
          : `did you mean "${meant}"?`,
      );
    }
  }
}

/**
 * Both write the kernel's IPVS services, each its own way, and each takes the other's for foreign or stale.
 * On whatever machine: the one that holds a VIP next must find there what the other one had.
 */
function checkOwners(balancers: readonly Located<Balancer>[], { vips }: Parts, problems: Problems): void {
  const all = vips.map(({ value }) => value.id);
  const owners = new Map<string, Balancer>();
  for (const { path, value } of balancers) {
    const dialect = dialectOf(value);
    if (dialect !== 'ipvs' && dialect !== 'keepalived') continue;
    const carried = value.vips ?? all;
    const contested = carried.find((vip) => dialectOf(owners.get(vip) ?? value) !== dialect);
    const owner = contested === undefined ? undefined : owners.get(contested);
    if (owner) {
      problems.fault(
        value.vips ? [...path, 'vips'] : path,
        `${dialect} and ${dialectOf(owner)} (balancer ${owner.id}) would both own VIP ${contested} in IPVS`,
        'let one of the two do it: take the other out, or give each its own vips',
      );
    }
    for (const vip of carried) if (!owners.has(vip)) owners.set(vip, value);
  }
}

/** Files and sockets that are the balancer's alone, by the option that names them. */
function filesOf(balancer: Balancer): [option: string, file: string | null][] {
  const lock: [string, string | null] = ['lock', balancer.lock];
  switch (balancer.target) {
    case 'haproxy': {
      const { configFile, statsSocket, masterSocket, stateFile } = balancer;
      return [
        lock,
        ['configFile', configFile],
        ['statsSocket', statsSocket],
        ['masterSocket', masterSocket],
        ['stateFile', stateFile],
      ];
    }
    case 'nginx':
    case 'keepalived':
      return [lock, ['configFile', balancer.configFile], ['pidFile', balancer.pidFile]];
    case 'f5-as3':
    case 'a10-acos':
    case 'citrix-netscaler': {
      const { url, partition } = balancer;
      return [lock, ['url', partition === null ? url : `${partition} at ${url}`]];
    }
    case 'file':
      return [lock, ['path', balancer.path]];
    case 'ipvs':
      return [lock, ['ownedFile', balancer.ownedFile]];
    case 'nftables':
      return [lock];
  }
}

function checkFiles(balancers: readonly Located<Balancer>[], problems: Problems): void {
  const owners = new Map<string, { balancer: Balancer; option: string }>();
  for (const { path, value: balancer } of balancers) {
    for (const [option, file] of filesOf(balancer)) {
      if (file === null) continue;
      const place = `${balancer.host ?? ''} ${file}`;
      const owner = owners.get(place);
      if (!owner) {
        owners.set(place, { balancer, option });
        continue;
      }
      const own = owner.balancer === balancer;
      problems.fault(
        [...path, option],
        `${file} is ${owner.option} of ${own ? 'this balancer' : `balancer ${owner.balancer.id}`} already`,
        own
          ? 'write another path'
          : 'give each its own; where they are on different machines, name those by host:',
      );
    }
  }
}

/** Of the kernel, one per network namespace. */
const TABLES: Readonly<Partial<Record<ReturnType<typeof dialectOf>, string>>> = {
  ipvs: 'IPVS',
  keepalived: 'IPVS',
  nftables: "RoomLB's nftables table",
};

function checkTables(balancers: readonly Located<Balancer>[], problems: Problems): void {
  const owners = new Map<string, string>();
  for (const { path, value } of balancers) {
    const { id, host, namespace } = value;
    const table = TABLES[dialectOf(value)];
    if (table === undefined) continue;
    const place = `${host ?? ''} ${namespace ?? ''} ${table}`;
    const owner = owners.get(place);
    const at: Path = namespace === null ? path : [...path, 'namespace'];
    if (owner === undefined) owners.set(place, id);
    else if (!problems.isFaulty(path) && !problems.isFaulty([...path, 'vips'])) {
      problems.fault(at, `${table} of this network namespace is balancer ${owner}'s already`, ONE_TABLE);
    }
  }
}

const ONE_TABLE = 'make them one balancer; where they are apart, say so by namespace: or host:';

/**
 * Two engines of one machine that both take a VIP's port: one never sees a packet, or cannot listen. Files are left
 * out, unless their machine is named: whoever reads them may be anywhere.
 */
function checkServices(balancers: readonly Located<Balancer>[], { vips }: Parts, problems: Problems): void {
  const owners = new Map<string, Balancer>();
  for (const { path, value } of balancers) {
    const { id, target, host, namespace, services } = value;
    if ((target === 'file' && host === null) || announces(value)) continue;
    const carried = vips.filter((vip) => value.vips?.includes(vip.value.id) ?? true);
    for (const service of ['signalling', 'media'] as const) {
      if (services !== 'all' && services !== service) continue;
      for (const { value: vip } of carried) {
        if (vip[service] === null) continue;
        const machine = host ?? (isDevice(value) ? value.url : '');
        const place = `${machine} ${namespace ?? ''} ${vip.id} ${service}`;
        const owner = owners.get(place);
        if (!owner) owners.set(place, value);
        else if (isSameEngine(owner, value)) continue;
        else if (!problems.isFaulty(path) && !problems.isFaulty([...path, 'vips'])) {
          problems.fault(
            path,
            `${id} and balancer ${owner.id} would both carry the ${service} of VIP ${vip.id} on one machine`,
            'give each its own services: or vips:; where they are apart, say so by host: or namespace:',
          );
        }
      }
    }
  }
}

/** Two files of one engine, which only together are all that it is told. */
function isSameEngine(a: Balancer, b: Balancer): boolean {
  return a.target === 'file' && b.target === 'file' && a.dialect === b.dialect && a.file !== b.file;
}
