/** What the driver compares. */

export interface HaproxyState {
  /** The configuration file's text; null where there is none. */
  readonly file: string | null;
  /** What the process runs; null where there is no process. */
  readonly running: RunningConfig | null;
}

export interface RunningConfig {
  /** Of the file that it loaded (see structure.ts); null where that file was not RoomLB's. */
  readonly structure: string | null;
  /** `2.6.12`; null in a state that is only desired. */
  readonly version: string | null;
  /** Of sections that RoomLB makes, in the order of the file; empty without a structure. */
  readonly servers: readonly LiveServer[];
}

export interface LiveServer {
  /** Name of the section. */
  readonly proxy: string;
  readonly name: string;
  readonly id: number;
  readonly address: string;
  /** 0: the port that the client chose. */
  readonly port: number;
  readonly weight: number;
  readonly admin: 'ready' | 'drain' | 'maint';
  /** Port of its health check; null where it has none of its own. */
  readonly checkPort: number | null;
  /** Connections and requests that it has now, in the newest process. */
  readonly connections: number;
}
