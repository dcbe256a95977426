import { nearest } from './nearest.ts';
import { inScope } from './maintenance/window.ts';
import type { Parts } from './parts.ts';
import type { Problems } from './problems.ts';

/** Windows drain nodes that exist. */
export function checkMaintenance({ maintenance, nodes, nodesKnown }: Parts, problems: Problems): void {
  if (!nodesKnown) return;
  const ids = new Map(nodes.map(({ value }) => [value.id, value]));
  for (const { path, value } of maintenance) {
    const { scope } = value;
    if ('zone' in scope) {
      if (nodes.some((node) => inScope(scope, node.value))) continue;
      // Not an error: nodes may come and go in a zone while its windows stay.
      const zones = new Set(nodes.flatMap((node) => node.value.zone ?? []));
      const hint = zones.size === 0 ? 'no node has a zone' : `zones: ${[...zones].slice(0, 10).join(', ')}`;
      problems.warn([...path, 'zone'], `no node is in zone ${scope.zone}`, hint);
      continue;
    }
    scope.nodes.forEach((id, index) => {
      if (ids.has(id)) return;
      const meant = nearest(id, [...ids.keys()]);
      const hint = meant === undefined ? 'name a node of this topology' : `did you mean "${meant}"?`;
      problems.fault([...path, 'nodes', index], `there is no node ${id}`, hint);
    });
  }
}
