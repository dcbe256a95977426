import type { Located, Parts } from './parts.ts';
import type { Problems } from './problems.ts';

/**
 * Ids are unique among VIPs, among nodes, windows and balancers, even to readers that fold case (DNS, and several devices'
 * object names). A VIP and a node may share an id: nothing names both in one place.
 */
export function checkIds({ vips, nodes, maintenance, balancers }: Parts, problems: Problems): void {
  checkUnique('VIP', vips, problems);
  checkUnique('node', nodes, problems);
  checkUnique('window', maintenance, problems);
  checkUnique('balancer', balancers, problems);
}

function checkUnique(what: string, entities: readonly Located<{ id: string }>[], problems: Problems): void {
  const seen = new Map<string, string>();
  for (const { path, value } of entities) {
    if (value.id === '') continue;
    const folded = value.id.toLowerCase();
    const other = seen.get(folded);
    if (other === undefined) {
      seen.set(folded, value.id);
    } else if (other === value.id) {
      problems.fault([...path, 'id'], `another ${what} has the id ${other}`, 'give each its own id');
    } else {
      problems.fault(
        [...path, 'id'],
        `differs from the ${what} id ${other} by case only`,
        'DNS and some engines ignore case; give it another id',
      );
    }
  }
}
