/**
 * A target is one engine's or device's dialect: a pure function from the intent to text. Adding one is a
 * folder with a module that exports a `Target`, and a line in `registry.ts`; the contract tests in
 * test/targets/contract.test.ts then run over it.
 */
import type { Intent } from '../intent/model.ts';
import type { Balancer } from './balancer.ts';
import type { Driver } from './driver.ts';
import type { NeedsOf } from './host-needs.ts';
import type { Seen } from './seen.ts';

/** What a target can carry. Shown by `roomlb targets`; the words are cells of a table. */
export interface Capabilities {
  /** `no`, or how UDP media is carried. */
  readonly udp: string;
  readonly tcp: string;
  readonly forwarding: readonly ('nat' | 'dsr' | 'tunnel')[];
  readonly ipv6: boolean;
  /** How a client's named node is honoured: SNI, path, ports. */
  readonly naming: readonly ('path' | 'sni' | 'ports')[];
  readonly health: string;
  readonly drain: string;
  /** Versions that the output is for, and tested against. */
  readonly versions: string;
}

/**
 * Something the intent asks for that the output does not (fully) say.
 * `refused`: the service is not in the output at all. `degraded`: it is, but differs from the intent.
 * `note`: nothing is lost, but the operator has to know (a sysctl, a route).
 */
export interface Finding {
  readonly level: 'refused' | 'degraded' | 'note';
  /** Service or VIP ids that it is about, sorted. */
  readonly about: readonly string[];
  /** What, and why. One sentence, no full stop. */
  readonly message: string;
  /** What to do instead. One sentence, no full stop. */
  readonly hint: string;
}

export interface RenderedFile {
  /** Relative, fixed per target: `haproxy.cfg`. */
  readonly path: string;
  readonly content: string;
  /** Octal permissions when written to disk; 0o644 unless it is a script. */
  readonly mode?: number;
}

/**
 * One forwarding rule as the engine counts them (a bind with its server, a map element, an ipvsadm
 * service with its destination). Two renderings are compared rule by rule.
 */
export interface Rule {
  /** Unique in a rendering and stable between renderings: what the rule is for. */
  readonly key: string;
  /** What it says; a rule whose text differs has changed. */
  readonly text: string;
  /** The node it leads to, where it leads to one. */
  readonly node: string | null;
}

export interface Rendering {
  /** The first is the one that goes to stdout. Never empty unless every service was refused. */
  readonly files: readonly RenderedFile[];
  readonly rules: readonly Rule[];
  readonly findings: readonly Finding[];
}

/**
 * Commands that take a device from one intent to another, in its own dialect and in this order. Nothing is
 * said of what RoomLB does not own.
 */
export interface DeviceChanges {
  /** Members that leave take nothing new; what they have goes on. Wait here as long as that shall. */
  readonly drain: readonly string[];
  readonly change: readonly string[];
}

export interface ChangesByCommand {
  /** What a comment begins with where the commands are typed. */
  readonly comment: string;
  /** None where both mean the same to the device. The opposite way takes them back. */
  readonly between: (from: Intent, to: Intent) => DeviceChanges;
}

/**
 * Kinds of targets, in the order of tables: engines that any Linux host may have, other software balancers, devices,
 * what announces VIPs, what nodes need.
 */
export const TARGET_KINDS = ['linux', 'software', 'device', 'route', 'node'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

/** What an operator has to know of a target, in Markdown, a paragraph each. Printed into its document. */
export interface Guide {
  readonly load: readonly string[];
  readonly drain: readonly string[];
  readonly rollback: readonly string[];
  readonly limits: readonly string[];
  /** What it was written from. */
  readonly manual: readonly string[];
}

export interface Target {
  /** As on the command line: `haproxy`. */
  readonly name: string;
  readonly kind: TargetKind;
  /** One line for `roomlb targets`. */
  readonly title: string;
  readonly capabilities: Capabilities;
  readonly guide: Guide;
  /** Pure and deterministic: same intent, same bytes. */
  render(intent: Intent): Rendering;
  /**
   * For devices that are changed by commands; absent where a new file takes the place of the old. Pure and
   * deterministic.
   */
  readonly changes?: ChangesByCommand;
  /**
   * Reads a running configuration that was taken from an engine or device of this kind. Takes any text; what it
   * does not understand it names. Absent where nothing reads this dialect yet.
   */
  readonly readBack?: (text: string) => Seen;
  /**
   * Drives a live engine of this kind; absent where RoomLB only renders. Connects to nothing yet.
   * `cluster`: the id of the one whose intents will come, where engines keep several apart by it.
   */
  readonly driver?: (balancer: Balancer, cluster: string) => Driver;
  /** What it needs of its host; absent where it does not run on one that RoomLB does, too. */
  readonly hostNeeds?: NeedsOf;
}
