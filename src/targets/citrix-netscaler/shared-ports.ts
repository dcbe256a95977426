/**
 * In dsr and tunnel a virtual server is of type ANY, which takes UDP and TCP alike, so that a port of an
 * address can lead to one place only.
 */
import { listPorts } from '../../topology/ports.ts';
import type { CarriedService } from '../dialect/carried.ts';
import { formatEndpoint } from '../../topology/address.ts';

export interface SharedPorts {
  readonly kept: readonly CarriedService[];
  /** Services whose port another has, which leads elsewhere. */
  readonly refused: readonly CarriedService[];
}

/** The first to come keeps its port; media of one node on both protocols lead to one place. */
export function sharePorts(services: readonly CarriedService[]): SharedPorts {
  const owners = new Map<string, CarriedService>();
  const kept: CarriedService[] = [];
  const refused: CarriedService[] = [];
  for (const carried of services) {
    const ends = carried.service.forwarding === 'nat' ? [] : endpointsOf(carried);
    if (ends.some((end) => leadsElsewhere(owners.get(end), carried))) refused.push(carried);
    else {
      kept.push(carried);
      for (const end of ends) owners.set(end, carried);
    }
  }
  return { kept, refused };
}

function endpointsOf({ service, fronts }: CarriedService): string[] {
  return fronts.flatMap(({ address }) =>
    listPorts(service.ports).map((port) => formatEndpoint(address, port)),
  );
}

function leadsElsewhere(owner: CarriedService | undefined, { service }: CarriedService): boolean {
  if (!owner) return false;
  const [one, other] = [owner.service.members[0]?.node, service.members[0]?.node];
  return owner.service.role !== 'media' || service.role !== 'media' || one !== other;
}
