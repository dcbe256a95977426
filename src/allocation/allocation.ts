/** What a client is told about a room: the chain room → node → VIP:port, ready to use. */
import type { PassedOver } from '../placement/place.ts';
import { formatHost } from '../topology/address.ts';
import { listPorts } from '../topology/ports.ts';
import { nodeSignallingPort } from '../topology/signalling.ts';
import type { Node, NodeKind, Protocol, Vip } from '../topology/model.ts';

export const ROOM_KINDS = ['conference', 'broadcast'] as const;
export type RoomKind = (typeof ROOM_KINDS)[number];

/** What whoever asks for a room wishes of its place. */
export interface RoomWishes {
  readonly kind: RoomKind;
  /** Preferred, not required. */
  readonly zone: string | null;
  /** Expected participants; recorded with the claim. */
  readonly participants: number | null;
  /** Required kind of media node, or null for any. */
  readonly nodeKind: NodeKind | null;
  /** Required VIP, or null for any. */
  readonly vip: string | null;
}

export const NO_WISHES: RoomWishes = {
  kind: 'conference',
  zone: null,
  participants: null,
  nodeKind: null,
  vip: null,
};

/**
 * `claim`: handed out before. `live`: not claimed, but it lives there. `pin`: an operator gave it to the node. `hash`:
 * the first candidate. `spill`: a later one, since those before it were full or come back slowly.
 */
export type Decision = 'claim' | 'live' | 'pin' | 'hash' | 'spill';

export interface MediaEndpoint {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
}

/** The part of an allocation that depends on the node alone. */
export interface NodeAnswer {
  readonly node: {
    readonly id: string;
    readonly kind: NodeKind;
    readonly zone: string | null;
    readonly addresses: readonly string[];
  };
  readonly vip: string;
  /** Every media worker's port on every VIP address: the node chooses the worker. */
  readonly media: readonly MediaEndpoint[];
  readonly signalling: { readonly url: string } | null;
}

export interface Allocation extends NodeAnswer {
  readonly room: string;
  readonly decision: Decision;
  readonly passedOver: readonly PassedOver[];
  readonly revision: string;
  /** Only where this very answer moved the room off the node that it was claimed on. */
  readonly moved?: { readonly from: string; readonly why: string };
  /** Only where the store of claims did not answer: this follows from what was known of it last. */
  readonly degraded?: true;
}

export function nodeAnswer(vip: Vip, node: Node): NodeAnswer {
  // A VIP address serves a node only if the node has an address of that family to be forwarded to.
  const families = new Set(node.addresses.map((address) => address.family));
  const addresses = vip.addresses.filter((address) => families.has(address.family));
  const { media } = vip;
  const ports = media && node.mediaPorts ? listPorts(node.mediaPorts) : [];
  return {
    node: {
      id: node.id,
      kind: node.kind,
      zone: node.zone,
      addresses: node.addresses.map((address) => address.text),
    },
    vip: vip.id,
    media: (media?.protocols ?? []).flatMap((protocol) =>
      addresses.flatMap((address) => ports.map((port) => ({ protocol, address: address.text, port }))),
    ),
    signalling: signallingUrl(vip, node),
  };
}

/**
 * `ws(s)://HOST[:PORT]/n/<node>/`. The path always names the node; the host does where the VIP has a
 * `signalling.domain`, the port where it has `signalling.ports`. So whatever engine stands in between can
 * go by what it sees, and a member that was picked wrongly can tell and redirect.
 */
function signallingUrl(vip: Vip, node: Node): { url: string } | null {
  const { signalling } = vip;
  if (!signalling || node.signallingPort === null) return null;
  const port = nodeSignallingPort(vip, node) ?? signalling.port;
  const family = node.addresses[0]?.family;
  const address = vip.addresses.find((candidate) => candidate.family === family);
  if (port === null || !address) return null;
  const secure = signalling.tls !== 'off';
  const host =
    signalling.domain === null ? (signalling.host ?? formatHost(address)) : `${node.id}.${signalling.domain}`;
  const authority = port === (secure ? 443 : 80) ? host : `${host}:${port}`;
  return { url: `${secure ? 'wss' : 'ws'}://${authority}/n/${node.id}/` };
}
