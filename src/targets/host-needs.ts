/** What an engine needs of the host that it runs on, for `roomlb doctor` to look for. */
import type { Intent } from '../intent/model.ts';
import type { Balancer } from './balancer.ts';

/** A kernel setting by its name for sysctl(8), and the value that it shall have. */
export type Sysctl = readonly [name: string, value: string];

export interface HostNeeds {
  readonly program: {
    readonly command: string;
    /** Makes it tell its version, and do nothing. */
    readonly args: readonly string[];
    /** The oldest that the output is for: `2.4`. */
    readonly least: string;
  };
  /** Without them packets do not go where the intent says. */
  readonly sysctls: readonly Sysctl[];
  /** It changes rules of the kernel, so whoever drives it needs CAP_NET_ADMIN. */
  readonly inKernel: boolean;
  /** Connections of UDP are kept by netfilter (conntrack). */
  readonly tracksFlows: boolean;
  /** It listens on the VIP's ports itself, where connections of the host's own must not be in its way. */
  readonly listens: boolean;
}

/** @param intent the balancer's part of it */
export type NeedsOf = (balancer: Balancer, intent: Intent) => HostNeeds;
