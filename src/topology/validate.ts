/** Everything that must hold between the parts of a topology, beyond the shape of each. */
import { checkAddresses } from './check-addresses.ts';
import { checkBalancers } from './check-balancers.ts';
import { checkIds } from './check-ids.ts';
import { checkMaintenance } from './check-maintenance.ts';
import { checkNodes } from './check-nodes.ts';
import { checkPins } from './check-pins.ts';
import { checkPlacement } from './check-placement.ts';
import { checkRanges } from './check-ranges.ts';
import { checkRouting } from './routing/check-routing.ts';
import { checkSharedAddresses } from './check-shared.ts';
import { checkSockets } from './check-sockets.ts';
import { checkVips } from './check-vips.ts';
import type { Fault } from './faults.ts';
import type { Topology } from './model.ts';
import { partsOf, type Parts } from './parts.ts';
import { Problems, toFault } from './problems.ts';

export function checkParts(parts: Parts, problems: Problems): void {
  checkPlacement(parts, problems);
  checkIds(parts, problems);
  checkAddresses(parts, problems);
  checkRanges(parts, problems);
  checkVips(parts, problems);
  checkRouting(parts, problems);
  checkNodes(parts, problems);
  checkSockets(parts, problems);
  checkSharedAddresses(parts, problems);
  checkPins(parts, problems);
  checkMaintenance(parts, problems);
  checkBalancers(parts, problems);
}

/**
 * Faults and warnings of a topology whose entities are each well-formed (read from a document, or taken
 * from topologies that were). Linear, but for a sort, in VIPs and nodes.
 */
export function validateTopology(topology: Topology): Fault[] {
  const problems = new Problems();
  checkParts(partsOf(topology), problems);
  return problems.list.map(toFault);
}
