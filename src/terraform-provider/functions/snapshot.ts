/** Topologies that functions are given as text. */
import { Snapshot } from '../../allocation/snapshot.ts';
import { clusterView } from '../../cluster/view.ts';
import { formatFault, isError } from '../../topology/faults.ts';
import { parseTopology } from '../../topology/parse.ts';
import { ArgumentError } from '../plugin/provider.ts';

/** Thousands of rooms are placed by one topology in a plan, each by a call of its own. */
let last: { readonly text: string; readonly snapshot: Snapshot } | undefined;

/**
 * @param text YAML or JSON
 * @param argument which of the function's arguments it is, from 0
 * @throws ArgumentError with the first faults, where they are and what to write instead
 */
export function snapshotOf(text: string, argument: number): Snapshot {
  if (last?.text !== text) last = { text, snapshot: readSnapshot(text, argument) };
  return last.snapshot;
}

function readSnapshot(text: string, argument: number): Snapshot {
  const { topology, faults } = parseTopology(text, { file: 'topology' });
  if (topology) return new Snapshot(clusterView(topology));
  throw new ArgumentError(argument, faults.filter(isError).slice(0, 5).map(formatFault).join('\n'));
}
