/** What commands share: reading the topology and saying what is wrong with it. */
import type { Fault } from '../topology/faults.ts';
import { formatFault } from '../topology/faults.ts';
import { loadTopology } from '../topology/load.ts';
import type { Topology } from '../topology/model.ts';
import { Snapshot } from '../allocation/snapshot.ts';
import { clusterView } from '../cluster/view.ts';
import { CliError, EXIT } from './exit.ts';
import { paint, type Io } from './output.ts';

export const DEFAULT_TOPOLOGY = 'lb-config/topology.yaml';

/** Reads and checks; warnings go to stderr, faults end the command with exit code 2. */
export async function readTopology(io: Io, file: string): Promise<Topology> {
  const { topology, faults } = await loadTopology(file);
  printFaults(io, faults);
  if (!topology)
    throw new CliError(EXIT.badInput, `${file === '-' ? 'standard input' : file} is not a valid topology`);
  return topology;
}

export async function readSnapshot(io: Io, file: string): Promise<Snapshot> {
  return new Snapshot(clusterView(await readTopology(io, file)));
}

export function printFaults(io: Io, faults: readonly Fault[]): void {
  for (const fault of faults) {
    io.err(`${paint(io, fault.severity === 'error' ? 'red' : 'yellow', formatFault(fault))}\n`);
  }
}
