/** Everything that happens in a dispatcher and that others may want to know. Times are milliseconds since the epoch. */
import type { DeepCheckEvent, HealthEvent } from '../health/events.ts';
import type { LeaveReason } from '../media-node/protocol.ts';
import type { BalancerEvent } from '../reconcile/events.ts';
import type { MaintenanceEvent } from '../schedule/maintenance.ts';

/**
 * `by`: somebody asked for a place, or a node reported a live room that nobody had claimed; `replica`: another
 * dispatcher of the shared store did it, and this one learned of it.
 */
export interface RoomClaimedEvent {
  readonly type: 'room.claimed';
  readonly at: number;
  readonly room: string;
  readonly node: string;
  readonly by: 'request' | 'report' | 'replica';
}

/** Placed anew, since its node lost it. */
export interface RoomMovedEvent {
  readonly type: 'room.moved';
  readonly at: number;
  readonly room: string;
  readonly from: string;
  readonly to: string;
  readonly why: string;
  readonly by?: 'replica';
}

/** With `by`, it may have expired as well: the replica that dropped it tells. */
export interface RoomReleasedEvent {
  readonly type: 'room.released';
  readonly at: number;
  readonly room: string;
  readonly node: string;
  readonly by?: 'replica';
}

/** Lives on one node while it is claimed on another: whoever comes new is sent to the latter. */
export interface RoomSplitEvent {
  readonly type: 'room.split';
  readonly at: number;
  readonly room: string;
  readonly live: string;
  readonly claimed: string;
}

/** Nobody has needed its claim for so long that it was dropped. */
export interface RoomExpiredEvent {
  readonly type: 'room.expired';
  readonly at: number;
  readonly room: string;
  readonly node: string;
}

/**
 * While the store was away, it was handed out on another node than by another replica, whose claim holds. Where it
 * turns out to live only on the other node, its claim goes there.
 */
export interface RoomConflictEvent {
  readonly type: 'room.conflict';
  readonly at: number;
  readonly room: string;
  readonly claimed: string;
  readonly other: string;
}

export type RoomEvent =
  | RoomClaimedEvent
  | RoomMovedEvent
  | RoomReleasedEvent
  | RoomSplitEvent
  | RoomExpiredEvent
  | RoomConflictEvent;

/** The store does not answer, or not in time; rooms are handed out by what was known last. */
export interface StoreDegradedEvent {
  readonly type: 'store.degraded';
  readonly at: number;
  readonly why: string;
}

/** It answers again, and has what was handed out meanwhile. */
export interface StoreRecoveredEvent {
  readonly type: 'store.recovered';
  readonly at: number;
  /** For which it was away. */
  readonly seconds: number;
  /** It had lost what it knew, or had been exchanged, and was told what this replica knows. */
  readonly restored: boolean;
  /** Changes that were brought to it. */
  readonly brought: number;
  readonly conflicts: number;
}

export type StoreEvent = StoreDegradedEvent | StoreRecoveredEvent;

interface NodeEventBase {
  readonly at: number;
  readonly node: string;
}

/** A media node reports to this dispatcher. `restarted`: it is another process than the one heard of before. */
export interface NodeConnectedEvent extends NodeEventBase {
  readonly type: 'node.connected';
  readonly instance: string;
  /** The version that it runs. */
  readonly software: string;
  readonly restarted: boolean;
}

/** Its connection ended without a goodbye. */
export interface NodeDisconnectedEvent extends NodeEventBase {
  readonly type: 'node.disconnected';
  readonly why: string;
}

/** It was told to stop: no new rooms there. */
export interface NodeDrainingEvent extends NodeEventBase {
  readonly type: 'node.draining';
  /** Live ones, for whose end it waits. */
  readonly rooms: number;
}

/** It said goodbye. */
export interface NodeLeftEvent extends NodeEventBase {
  readonly type: 'node.left';
  readonly reason: LeaveReason;
  /** Live ones that ended with it. */
  readonly rooms: number;
}

export interface WorkerDiedEvent extends NodeEventBase {
  readonly type: 'node.worker-died';
  readonly port: number;
  readonly reason: string;
  /** Live ones that were lost with it. */
  readonly rooms: number;
}

/** Somebody who says to be this node was turned away. Told once a minute for each node at most. */
export interface NodeRefusedEvent extends NodeEventBase {
  readonly type: 'node.refused';
  readonly why: string;
}

export type NodeEvent =
  | NodeConnectedEvent
  | NodeDisconnectedEvent
  | NodeDrainingEvent
  | NodeLeftEvent
  | WorkerDiedEvent
  | NodeRefusedEvent;

/** What became another in the topology. `id`: null for parts that there is one of. */
export interface TopologyChange {
  readonly what: 'added' | 'removed' | 'changed';
  readonly part:
    'node' | 'vip' | 'pin' | 'maintenance' | 'balancer' | 'cluster' | 'placement' | 'health' | 'bgp';
  readonly id: string | null;
  /** Of what was changed, in the words of the topology: `media.ports`. */
  readonly fields: readonly string[];
}

/** Another topology holds, by an edit here or at another replica. `from`, `to`: its revisions, the ETags of /v1/topology. */
export interface TopologyChangedEvent {
  readonly type: 'topology.changed';
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly changes: readonly TopologyChange[];
  /** Changes that are left out for their number. */
  readonly more: number;
}

export type AnyEvent =
  | BalancerEvent
  | DeepCheckEvent
  | HealthEvent
  | MaintenanceEvent
  | NodeEvent
  | RoomEvent
  | StoreEvent
  | TopologyChangedEvent;
