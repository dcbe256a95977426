/** One balancer as the topology declares it: which engine, where it is, and how carefully it is changed. */

interface Common {
  readonly id: string;
  /** Ids of the VIPs that it carries; null: all of them. */
  readonly vips: readonly string[] | null;
  /** Network namespace that the engine lives in; null: this process's own. */
  readonly namespace: string | null;
  /** Share of a pool's members that one apply may remove, 0–1. */
  readonly maxRemoved: number;
  /** What becomes of changes that others made. */
  readonly drift: 'repair' | 'report';
  /** Seconds between two looks for drift. */
  readonly interval: number;
  /** Seconds after which a draining node's flows are cut; null: never. */
  readonly drainLimit: number | null;
  /** File whose lock makes one writer of many; null: in the state folder. */
  readonly lock: string | null;
}

export interface HaproxyBalancer extends Common {
  readonly target: 'haproxy';
  readonly configFile: string;
  readonly statsSocket: string;
  /** Null where HAProxy runs without one: then only what the stats socket can do is done. */
  readonly masterSocket: string | null;
  readonly binary: string;
}

export type Balancer = HaproxyBalancer;
