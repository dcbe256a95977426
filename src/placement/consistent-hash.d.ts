/** The part of the npm package `consistent-hash` (which has no types of its own) that the ring uses. */
declare module 'consistent-hash' {
  class ConsistentHash {
    /** `range`: positions on the ring; keys are hashed modulo it. */
    constructor(options?: { range?: number; weight?: number });
    /** `points`: the node's control points on the ring; `weight` of them, at random, where left out. */
    add(node: string, weight?: number, points?: readonly number[]): this;
    /** The node of the first control point at or after the name's position; null on an empty ring. */
    get(name: string): string | null;
    /** That node and those that follow it round the ring, `count` distinct ones or as many as there are. */
    get(name: string, count: number): string[] | null;
  }
  export = ConsistentHash;
}
