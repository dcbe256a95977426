/** States, looked at as what differs and who is a member of what. */
import type { Pool, Texts } from '../../driving/changes.ts';
import { destinationLine, serviceLine } from '../table.ts';
import { connectionKey, type Destination, type IpvsState, type Service } from './state.ts';

/** One destination of a service, by `connectionKey`. */
export interface Place {
  readonly service: Service;
  readonly to: string;
  /** Null: its member is cut off. */
  readonly destination: Destination | null;
  /** Null: nobody knows. */
  readonly node: string | null;
}

/** Destinations, and members that are to be none. */
export function placesOf(services: readonly Service[]): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const service of services) {
    const nodes = service.owner?.nodes ?? {};
    for (const [to, node] of Object.entries(nodes)) {
      places.set(connectionKey(service.name, to), { service, to, destination: null, node });
    }
    for (const destination of service.destinations) {
      const { to } = destination;
      places.set(connectionKey(service.name, to), { service, to, destination, node: nodes[to] ?? null });
    }
  }
  return places;
}

export function textsOf(services: readonly Service[], settings: IpvsState['settings']): Texts {
  const texts = new Map<string, string[]>();
  for (const [name, value] of Object.entries(settings)) texts.set(name, [`${name} = ${value}`]);
  for (const { name, options, owner } of services) {
    const line = options === null ? [] : [serviceLine(name, options)];
    texts.set(name, [...line, owner ? `# ${owner.id}` : '# not noted as of this cluster']);
  }
  for (const [key, { service, to, destination, node }] of placesOf(services)) {
    const line = destination ? destinationLine(service.name, destination) : `# ${to} is left out`;
    texts.set(key, [node === null ? line : `${line} # ${node}`]);
  }
  return texts;
}

/** By the services' ids in the intent. One that has lost its members, or itself, has none. */
export function poolsOf(services: readonly Service[]): Map<string, Pool> {
  const members = new Map<string, Map<string, boolean>>();
  const there = services.filter(({ options }) => options !== null);
  for (const { service, to, destination, node } of placesOf(there).values()) {
    if (!service.owner) continue;
    const { id } = service.owner;
    const pool = members.get(id) ?? new Map<string, boolean>();
    members.set(id, pool);
    const who = node ?? to;
    pool.set(who, pool.get(who) === true || (destination?.weight ?? 0) > 0);
  }
  return new Map(
    [...members].map(([id, pool]) => [
      id,
      { shared: isShared(id), members: [...pool].map(([node, usable]) => ({ node, usable })) },
    ]),
  );
}

/** `public/signalling`, where `public/signalling/sfu-1` is of one node. */
export function isShared(id: string): boolean {
  return id.split('/').length === 2;
}
