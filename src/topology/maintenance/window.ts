import type { Node } from '../model.ts';

/** Which nodes: these, or all of a zone, also those that join it later. */
export type WindowScope = { readonly nodes: readonly string[] } | { readonly zone: string };

/** When which nodes are drained, as declared: plain data. `src/schedule` says when it is open. */
export interface MaintenanceWindow {
  readonly id: string;
  /** As `readCron()` takes it. */
  readonly cron: string;
  /** Milliseconds, whole minutes. Elapsed time: an hour stays an hour when clocks change meanwhile. */
  readonly duration: number;
  /** IANA name. */
  readonly timeZone: string;
  readonly scope: WindowScope;
}

export function inScope(scope: WindowScope, node: Node): boolean {
  return 'zone' in scope ? node.zone === scope.zone : scope.nodes.includes(node.id);
}
