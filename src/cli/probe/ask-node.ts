/** Asks a node of the topology: from here by the checks that need no credentials, or by way of the dispatcher. */
import type { Endpoint } from '../../health/endpoint.ts';
import { planNode, probeNow } from '../../health/probe-now.ts';
import { secretFrom } from '../../health/secret-file.ts';
import type { Topology } from '../../topology/model.ts';
import { CliError, EXIT } from '../exit.ts';
import { probesWith, type Asker, type Secrets } from './asker.ts';

/**
 * @param timeout milliseconds; undefined: what the topology says of each check
 * @throws CliError where the topology has no such node, or nothing can be asked of it
 */
export function askNode(
  id: string,
  topology: Topology,
  secrets: Secrets,
  timeout: number | undefined,
): Asker {
  if (!topology.nodes.some((node) => node.id === id)) {
    throw new CliError(
      EXIT.badInput,
      `the topology has no node ${id} (hint: roomlb probe --help lists the forms)`,
    );
  }
  const planned = planNode(topology, id).map((endpoint) =>
    timeout === undefined ? endpoint : { ...endpoint, timeout },
  );
  const endpoints = planned.filter((endpoint) => leftOut(endpoint, secrets) === undefined);
  if (secrets.ice) oneWorkerOnly(id, endpoints);
  const probes = probesWith(secrets, secretFrom);
  return { target: id, notes: notesOf(id, planned, secrets), ask: () => probeNow(endpoints, probes) };
}

/** Why an endpoint cannot be asked from here; undefined where it can. */
function leftOut({ check }: Endpoint, { ice }: Secrets): string | undefined {
  if (check === 'heartbeat') return 'nodes send heartbeats to the dispatcher';
  if ((check === 'stun' || check === 'vip-stun') && !ice) return 'the dispatcher alone knows its credentials';
  return undefined;
}

/** One sentence a check. */
function notesOf(id: string, planned: readonly Endpoint[], secrets: Secrets): string[] {
  if (planned.length === 0) return [`${id}: no check is planned for it`];
  const reasons = new Map<string, string>();
  for (const endpoint of planned) {
    const why = leftOut(endpoint, secrets);
    if (why !== undefined) reasons.set(endpoint.check, why);
  }
  return [...reasons].map(
    ([check, why]) => `${id}: ${check} is not asked: ${why} (hint: add --dispatcher URL)`,
  );
}

/** Every worker has credentials of its own. */
function oneWorkerOnly(id: string, endpoints: readonly Endpoint[]): void {
  const ports = new Set(endpoints.flatMap((endpoint) => (endpoint.check === 'stun' ? [endpoint.port] : [])));
  if (ports.size === 1) return;
  const direct = endpoints.find((endpoint) => endpoint.check === 'stun');
  const hint = direct
    ? `name the worker's own port, such as stun://${direct.address.text}:${direct.port}`
    : 'leave out --ufrag';
  const why = direct
    ? 'each of its workers has credentials of its own'
    : 'it has no worker that answers STUN';
  throw new CliError(EXIT.badInput, `${id}: ${why} (hint: ${hint})`);
}
