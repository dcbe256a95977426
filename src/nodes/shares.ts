import { heartbeatInterval } from '../health/heartbeat-interval.ts';
import { assignmentOf, AssignmentError } from '../media-node/assignment.ts';
import type { Assignment } from '../media-node/protocol.ts';
import type { PortRange, Topology } from '../topology/model.ts';
import { RegistrationError } from './registration-error.ts';

/** What the topology gives to each media node, and what nodes were told of it. */
export class Shares {
  #topology: Topology;
  #ports = new Map<string, PortRange | null>();
  #interval: number;
  /** Told by registration and not yet confirmed by a connection: by node. */
  readonly #told = new Map<string, { readonly instance: string; readonly share: string }>();

  constructor(topology: Topology) {
    this.#topology = topology;
    this.#interval = 0;
    this.update(topology);
  }

  update(topology: Topology): void {
    this.#topology = topology;
    this.#ports = new Map(topology.nodes.map(({ id, mediaPorts }) => [id, mediaPorts]));
    this.#interval = heartbeatInterval(topology.health);
  }

  /** Seconds between the heartbeats of a node. */
  get interval(): number {
    return this.#interval;
  }

  /** Media ports of a node; null where it has none, or is not there. */
  ports(node: string): PortRange | null {
    return this.#ports.get(node) ?? null;
  }

  /** @throws RegistrationError where the topology has no such media node */
  assignment(node: string): Assignment {
    try {
      return assignmentOf(this.#topology, node);
    } catch (cause) {
      if (cause instanceof AssignmentError)
        throw new RegistrationError(cause.fault, cause.message, { cause });
      throw cause;
    }
  }

  /** As text to compare; undefined where the topology has no such media node. */
  of(node: string): string | undefined {
    try {
      return shareOf(this.assignment(node));
    } catch (error) {
      if (error instanceof RegistrationError) return undefined;
      throw error;
    }
  }

  /** The share that a node is told by its registration. @throws RegistrationError */
  tell(node: string, instance: string): Assignment {
    const assignment = this.assignment(node);
    this.#told.set(node, { instance, share: shareOf(assignment) });
    return assignment;
  }

  /**
   * The share, as text to compare, of a node that connects.
   * @throws RegistrationError also where it is another than it was told
   */
  confirm(node: string, instance: string): string {
    const share = shareOf(this.assignment(node));
    const told = this.#told.get(node);
    this.#told.delete(node);
    if (told?.instance !== instance || told.share === share) return share;
    throw new RegistrationError('reassigned', 'the topology changed since this node registered');
  }

  forget(node: string): void {
    this.#told.delete(node);
  }
}

/** What a node must register again for: not its administrative state, which is no business of its own. */
function shareOf(assignment: Assignment): string {
  return JSON.stringify({ ...assignment, state: undefined });
}
