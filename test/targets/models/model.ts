/** A device as far as its configuration goes: takes commands, and shows what they made of it. */
export interface DeviceModel {
  /**
   * @param each called after each command that the device takes
   * @throws where the device would refuse
   */
  run(lines: readonly string[], each?: () => void): void;
  /** Its running configuration, sorted where the order means nothing. */
  show(): string[];
}

/** What a model is made for: a target's dialect, and something in it that is not RoomLB's. */
export interface Modelled {
  /** The rendered file that has the commands; all of them where this is left out. */
  readonly file?: string;
  readonly start: () => DeviceModel;
  /** The commands of a configuration that somebody else made. */
  readonly foreign: readonly string[];
  /** Members that take new connections in each group of members, by its name. */
  readonly members: (shown: readonly string[]) => ReadonlyMap<string, number>;
  /** The device goes on with the last members of a group whatever it is told, so that none can be drained whole. */
  readonly keepsLast?: true;
  /** Groups of whose members the device cuts what they have as soon as they take nothing new; none if left out. */
  readonly cuts?: (group: string) => boolean;
}
