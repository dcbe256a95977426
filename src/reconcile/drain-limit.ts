/**
 * Draining has a limit: a node that has drained for so long has its flows cut, whatever the policy of its services
 * was until then. Pure; when each node began is remembered by the caller.
 */
import type { Intent } from '../intent/model.ts';

/** Node to ISO 8601. */
export type DrainingSince = Readonly<Record<string, string>>;

/** Nodes that drain by now: those that did before since then, the others since now. */
export function drainingSince(intent: Intent, before: DrainingSince, now: Date): DrainingSince {
  return Object.fromEntries(drainingNodes(intent).map((node) => [node, before[node] ?? now.toISOString()]));
}

/**
 * The intent with `flush` for the services of nodes that drain for too long. Its revision stays: it is what the
 * same intent comes to with time.
 *
 * @param limit seconds; null: never
 */
export function cutOverdue(intent: Intent, since: DrainingSince, limit: number | null, now: Date): Intent {
  if (limit === null) return intent;
  const overdue = new Set(
    drainingNodes(intent).filter((node) => {
      const began = since[node];
      return began !== undefined && now.getTime() - Date.parse(began) >= limit * 1000;
    }),
  );
  if (overdue.size === 0) return intent;
  return {
    ...intent,
    services: intent.services.map((service) =>
      service.role === 'media' && service.members.every(({ node }) => overdue.has(node))
        ? { ...service, drain: 'flush' }
        : service,
    ),
  };
}

function drainingNodes({ services }: Intent): string[] {
  const nodes = services.flatMap(({ members }) =>
    members.flatMap(({ node, state }) => (state === 'draining' ? [node] : [])),
  );
  return [...new Set(nodes)].sort();
}
