import { addressPath, type Parts } from './parts.ts';
import type { Problems } from './problems.ts';
import { inRanges } from './ranges.ts';

/** Whoever may edit nodes must not have the dispatcher probe, or clients sent to, whatever else there is. */
export function checkRanges({ nodes, nodeRanges }: Parts, problems: Problems): void {
  if (!nodeRanges) return;
  const allowed = inRanges(nodeRanges);
  for (const node of nodes) {
    node.value.addresses.forEach((address, index) => {
      if (allowed(address)) return;
      problems.fault(
        addressPath(node, index),
        `${address.text} is in none of nodeRanges`,
        `nodes have addresses in ${nodeRanges.join(', ')}`,
      );
    });
  }
}
