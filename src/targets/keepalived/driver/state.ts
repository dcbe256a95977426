import type { KernelService } from '../../ipvs/driver/parse.ts';

/** What the driver compares. */
export interface KeepalivedState {
  /** The configuration file's text; null where there is none. */
  readonly file: string | null;
  /**
   * `loaded`: it runs, and nothing was put into the file since that it has not taken. `stale`: it runs on an
   * older file. `dead`: there is no process.
   */
  readonly process: 'loaded' | 'stale' | 'dead';
  /** What the kernel has, sorted by name; null in what is desired: what the file makes of it. */
  readonly table: readonly KernelService[] | null;
  /** Of those that the file needs, with their values. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Who else says that IPVS is theirs. One sentence each, no full stop. */
  readonly rivals: readonly string[];
  /** Connection entries by service and destination; nothing in what is desired. */
  readonly connections: Readonly<Record<string, number>>;
}

export type KeepalivedAction =
  | { readonly do: 'set'; readonly sysctls: Readonly<Record<string, string>> }
  /** Null: the file goes. */
  | { readonly do: 'write'; readonly text: string | null }
  /** `gone`: names of virtual services that IPVS must not have any more. */
  | { readonly do: 'reload'; readonly gone: readonly string[] }
  /** Lines of `ipvsadm -R`: back to what keepalived believes to be there. */
  | { readonly do: 'repair'; readonly lines: readonly string[] };
