/** Who asks what: the shared shapes of `roomlb probe`. */
import type { Probes } from '../../health/probe.ts';
import type { ProbeReport } from '../../health/probe-now.ts';
import { createProbes } from '../../health/probes/registry.ts';
import type { IceCredentials } from '../../stun/exchange.ts';

/** One target of the command line, ready to be asked as often as wanted. */
export interface Asker {
  /** As it was given. */
  readonly target: string;
  /** Checks that are left out, and why, in sentences. */
  readonly notes: readonly string[];
  ask(): Promise<readonly ProbeReport[]>;
}

/** What the caller knows that is in no topology. */
export interface Secrets {
  readonly ice: IceCredentials | null;
  readonly janusAdmin: string | null;
}

/**
 * Probes as the dispatcher has them, but for what only it can know: heartbeats, and the credentials of all workers.
 *
 * @param secret reads the secret files of a topology
 */
export function probesWith(
  { ice, janusAdmin }: Secrets,
  secret: (file: string) => string | undefined = () => undefined,
): Probes {
  return createProbes({
    credentials: { of: () => ice ?? undefined, all: () => [] },
    heartbeats: { last: () => undefined },
    now: () => performance.now(),
    secret: (file) => janusAdmin ?? secret(file),
  });
}
