import { addressPath, type Parts } from './parts.ts';
import type { Problems } from './problems.ts';

const PORTS = ['mediaPorts', 'signallingPort', 'healthPort', 'stunPort'];

/**
 * Several nodes may run on one host, or one host stand behind several VIPs, as long as their ports differ
 * (check-sockets.ts sees to that, and goes before). But that is also what a node looks like that was copied
 * and whose address was forgotten, and its rooms would be dead: so it is said.
 */
export function checkSharedAddresses({ nodes }: Parts, problems: Problems): void {
  const first = new Map<string, string>();
  for (const node of nodes) {
    const collides = PORTS.some((key) => problems.isFaulty([...node.path, key]));
    node.value.addresses.forEach(({ text }, index) => {
      const owner = first.get(text);
      if (owner === undefined) first.set(text, node.value.id);
      else if (owner !== node.value.id && !collides) {
        problems.warn(
          addressPath(node, index),
          `${text} is an address of node ${owner} as well`,
          "fine if both run on that host; otherwise write this node's own",
        );
      }
    });
  }
}
