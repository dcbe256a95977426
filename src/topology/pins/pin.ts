/** An operator's word where a room goes, whatever its hash says. */
export interface Pin {
  readonly room: string;
  /** Id of a node of the topology. */
  readonly node: string;
  /** Where the node cannot take the room: true: nobody does; false: it goes by hash. */
  readonly strict: boolean;
}
