/** Where rooms live, as media nodes report it: the truth, of which claims are the promise. */
export interface LiveRoom {
  readonly node: string;
  /** Media port of its worker. */
  readonly port: number;
  readonly participants: number;
  readonly consumers: number;
}

export interface LiveRooms {
  /** Undefined where the room does not live there, as far as is known. */
  on(room: string, node: string): LiveRoom | undefined;
  /** Where it lives; of several nodes the one where most participants are. */
  find(room: string): LiveRoom | undefined;
  /** How many live there. */
  count(node: string): number;
}

/** Of a dispatcher to which no node reports. */
export const NO_LIVE_ROOMS: LiveRooms = {
  on: () => undefined,
  find: () => undefined,
  count: () => 0,
};
