/** Nodes that leave maintenance windows as they are removed, and what of it the rest of the apply has to know. */
import { recordsOf } from '../../json.ts';
import type { DispatcherApi } from '../client/dispatcher-api.ts';
import { edit } from '../client/edit.ts';
import type { Context } from '../plugin/provider.ts';
import type { ObjectValue } from '../plugin/values.ts';

/** Ids of the maintenance windows that name a node. @throws DiagnosticError */
export async function windowsOf(api: DispatcherApi, node: string): Promise<readonly string[]> {
  const answer = await api.ask('/v1/maintenance');
  return recordsOf(answer, 'maintenance').flatMap(({ id, nodes }) =>
    typeof id === 'string' && Array.isArray(nodes) && nodes.includes(node) ? [id] : [],
  );
}

/**
 * A node that is made anew under its name comes back into the windows that it has left in the same apply: whoever planned
 * to replace it planned no change of them.
 */
export async function rejoinWindows(api: DispatcherApi, node: string, { warn }: Context): Promise<void> {
  for (const window of api.ledger.windowsLeft.get(node) ?? []) {
    const path = `/v1/maintenance/${encodeURIComponent(window)}`;
    const decide = (found: Readonly<Record<string, unknown>> | undefined) => {
      const nodes: unknown = found?.nodes;
      return Array.isArray(nodes) && !nodes.includes(node)
        ? { ...found, nodes: [...(nodes as unknown[]), node] }
        : undefined;
    };
    // The node is made all the same: an error would have it replaced once more.
    await edit(api, { path, decide }).catch((error: unknown) =>
      warn({
        summary: `Node ${JSON.stringify(node)} is not in maintenance window ${JSON.stringify(window)} any more`,
        detail: `It left it when it was removed, and could not be put back: ${error instanceof Error ? error.message : String(error)} Plan again, to see it.`,
      }),
    );
  }
  api.ledger.windowsLeft.delete(node);
}

/** What a window has once nodes that the same apply removed have left it: nobody else has changed it by that. */
export function withoutRemoved(window: ObjectValue, { ledger }: DispatcherApi): ObjectValue {
  const { nodes } = window;
  if (!Array.isArray(nodes)) return window;
  return { ...window, nodes: nodes.filter((id) => typeof id !== 'string' || !ledger.windowsLeft.has(id)) };
}
