/** What the driver compares. */
export interface IpvsState {
  /** Sorted by name. Read from the kernel: all that IPVS has, and what it lost of RoomLB's own. */
  readonly services: readonly Service[];
  /** What of the whole IPVS RoomLB set, by name (settings.ts), with its value; sorted. */
  readonly settings: Readonly<Record<string, string>>;
  /** Who else says that IPVS is theirs. One sentence each, no full stop. */
  readonly rivals: readonly string[];
  /** Connection entries by service and destination (`connectionKey`); nothing in what is desired. */
  readonly connections: Readonly<Record<string, number>>;
}

export interface Service {
  /** As ipvsadm(8) names it: `-t 203.0.113.10:443`. */
  readonly name: string;
  /** The rest of what `ipvsadm -Sn` says of it: `-s wrr -p 300`. Null: RoomLB made it, and it is gone. */
  readonly options: string | null;
  /** Sorted by address. */
  readonly destinations: readonly Destination[];
  /** Null: of somebody else, or nobody knows. */
  readonly owner: Owner | null;
}

export interface Destination {
  /** `10.0.0.1:4443` */
  readonly to: string;
  /** `-m`, with whatever RoomLB itself would not set. */
  readonly options: string;
  readonly weight: number;
}

/** What RoomLB notes of a service that it makes: IPVS has no place for it. */
export interface Owner {
  /** Of the service in the intent: `public/media/sfu-1/udp`. */
  readonly id: string;
  /** Members by address, with those that are cut off; sorted. */
  readonly nodes: Readonly<Record<string, string>>;
}

export type IpvsAction =
  /** Lines of `ipvsadm -R`, which executes each, and clears nothing before. */
  | { readonly do: 'rules'; readonly lines: readonly string[] }
  | { readonly do: 'set'; readonly settings: Readonly<Record<string, string>> }
  /** In the file of what RoomLB owns. */
  | { readonly do: 'note'; readonly changes: NotesChange };

export interface NotesChange {
  readonly services: Readonly<Record<string, Owner>>;
  readonly settings: readonly string[];
  readonly without: { readonly services: readonly string[]; readonly settings: readonly string[] };
}

export function connectionKey(service: string, to: string): string {
  return `${service} -> ${to}`;
}
