/**
 * What `roomlb doctor` looks at. Adding a check: a file in checks/ and its line in registry.ts. None changes anything.
 */
import type { Access } from '../../http/access.ts';
import type { Balancer } from '../../targets/balancer.ts';
import type { HostNeeds } from '../../targets/host-needs.ts';
import type { Intent } from '../../intent/model.ts';
import type { Topology } from '../../topology/model.ts';
import type { StoreOptions } from '../store-options.ts';

/** `warning`: works, and may not for long or not well. `skipped`: there was nothing to look at, or no way to. */
export const LEVELS = ['ok', 'warning', 'failed', 'skipped'] as const;
export type Level = (typeof LEVELS)[number];

export interface Finding {
  readonly level: Level;
  /** What was found. One sentence, no full stop. */
  readonly what: string;
  /** What to do about it; in every finding that failed or warns. */
  readonly mend?: string;
}

export interface Check {
  /** `kernel settings` */
  readonly name: string;
  /** What it throws, too, is reported: as a failure of the check. */
  run(site: Site): Promise<readonly Finding[]>;
}

/** An engine of this host. */
export interface LocalEngine {
  readonly balancer: Balancer;
  /** Its part. */
  readonly intent: Intent;
  readonly needs: HostNeeds;
}

/** What checks look at, and by what. */
export interface Site {
  readonly topology: Topology;
  /** Balancers that may be of this host: those that name it, and those that name none. */
  readonly balancers: readonly Balancer[];
  /** Those of them whose target says what it needs of its host. */
  readonly engines: readonly LocalEngine[];
  readonly store: StoreOptions;
  /** Base URL. */
  readonly dispatcher: string;
  readonly access: Access;
  readonly stateFolder: string;
  /** A kernel setting of a network namespace (null: this one); undefined where the kernel has no such. */
  readonly sysctl: (name: string, namespace: string | null) => Promise<string | undefined>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export const ok = (what: string): Finding => ({ level: 'ok', what });
export const skipped = (what: string): Finding => ({ level: 'skipped', what });
export const warning = (what: string, mend: string): Finding => ({ level: 'warning', what, mend });
export const failed = (what: string, mend: string): Finding => ({ level: 'failed', what, mend });

/** Namespaces of some engines, each once. */
export function namespacesOf(engines: readonly LocalEngine[]): readonly (string | null)[] {
  return [...new Set(engines.map(({ balancer }) => balancer.namespace))];
}

/** For messages. */
export function inNamespace(namespace: string | null): string {
  return namespace === null ? '' : ` in namespace ${namespace}`;
}

/** How a setting is made; what is in a namespace is made there. */
export function setSysctl(name: string, value: string, namespace: string | null): string {
  const command = `sysctl -w ${name}=${value.includes(' ') ? `"${value}"` : value}`;
  if (namespace === null) return `${command}, and in /etc/sysctl.d to last`;
  return namespace.startsWith('/')
    ? `nsenter --net=${namespace} ${command}`
    : `ip netns exec ${namespace} ${command}`;
}
