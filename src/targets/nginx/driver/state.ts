/** What the driver compares. */
export interface NginxState {
  /** The configuration file's text; null where there is none. */
  readonly file: string | null;
  /**
   * `loaded`: it runs, and nothing was put into the file since that it has not taken. `stale`: it runs on an
   * older file. `dead`: there is no process.
   */
  readonly process: 'loaded' | 'stale' | 'dead';
}

export type NginxAction =
  /** Null: the file goes. */
  { readonly do: 'write'; readonly text: string | null } | { readonly do: 'reload' };
