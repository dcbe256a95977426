/**
 * Files whose content the dispatcher sends to nodes as a secret. Whoever edits the topology by REST could name any file
 * that it can read, such as the key of nodes' credentials, and a node that tells them what it was sent.
 */
import { isRecord } from '../json.ts';
import type { Fault } from '../topology/faults.ts';
import type { Topology } from '../topology/model.ts';

/** Faults for files that none of these documents of topologies names. */
export function newlyRead(known: readonly object[], { health }: Topology): Fault[] {
  const named = new Set(known.flatMap(secretFiles));
  return (health.checks ?? []).flatMap((check, index) => {
    if (check.type !== 'janus' || check.adminSecretFile === null || named.has(check.adminSecretFile))
      return [];
    return {
      severity: 'error' as const,
      path: `health.checks[${index}].adminSecretFile`,
      message: `${check.adminSecretFile} is no file that the topology file names`,
      hint: 'which files are sent to nodes is taken from the topology file only',
    };
  });
}

function secretFiles(document: object): unknown[] {
  const { health } = document as { readonly health?: unknown };
  const checks: unknown = isRecord(health) ? health.checks : undefined;
  return Array.isArray(checks) ? checks.map((check) => isRecord(check) && check.adminSecretFile) : [];
}
