import { compareText } from '../topology/compare.ts';
import type { PortRange, Signalling, Vip } from '../topology/model.ts';
import { nodeSignallingPort } from '../topology/signalling.ts';
import { membersByHealth, type Judged } from './by-health.ts';
import { toMember, type Candidate } from './members.ts';
import type { Naming, VirtualService } from './model.ts';

/** The shared signalling port: every member, by weight. At most one service. */
export function sharedSignalling(vip: Vip, candidates: readonly Candidate[]): VirtualService[] {
  const { signalling } = vip;
  if (signalling?.port == null) return [];
  const judged = candidates.flatMap((candidate): Judged[] => {
    const { wish, node } = candidate;
    if (node.signallingPort === null) return [];
    const weight = node.state === 'active' ? node.weight : 0;
    return [{ wish, member: toMember(candidate, single(node.signallingPort), weight) }];
  });
  return [
    {
      ...signallingBase(vip, signalling),
      id: `${vip.id}/signalling`,
      role: 'signalling',
      ports: single(signalling.port),
      scheduler: 'wrr',
      persistence: signalling.persistence,
      naming: namingOf(signalling),
      members: membersByHealth(judged, vip),
    },
  ];
}

/** One signalling port per node, where the VIP sets a range: sorted by VIP port. */
export function nodeSignallingServices(vip: Vip, candidates: readonly Candidate[]): VirtualService[] {
  const { signalling } = vip;
  if (!signalling?.ports) return [];
  const services = candidates.flatMap((candidate): VirtualService[] => {
    const { id, signallingPort } = candidate.node;
    const port = nodeSignallingPort(vip, candidate.node);
    if (port === null || signallingPort === null) return [];
    return [
      {
        ...signallingBase(vip, signalling),
        id: `${vip.id}/signalling/${id}`,
        role: 'node-signalling',
        ports: single(port),
        scheduler: 'single',
        persistence: null,
        naming: { by: 'none' },
        // The client named this node because its room is there: draining does not shut it out.
        members: [toMember(candidate, single(signallingPort), 1)],
      },
    ];
  });
  return services.sort(byPorts);
}

/** One service per node and protocol: its media ports, to itself, unchanged. */
export function mediaServices(vip: Vip, candidates: readonly Candidate[]): VirtualService[] {
  const { media } = vip;
  if (!media) return [];
  const services = candidates.flatMap((candidate) =>
    media.protocols.flatMap((protocol): VirtualService[] => {
      const { id, mediaPorts, state } = candidate.node;
      if (!mediaPorts) return [];
      // Health does not touch media rules: it moves rooms. Draining does, by the declared policy.
      const weight = state === 'draining' ? 0 : 1;
      return [
        {
          id: `${vip.id}/media/${id}/${protocol}`,
          vip: vip.id,
          role: 'media',
          protocol,
          addresses: vip.addresses,
          ports: mediaPorts,
          forwarding: vip.forwarding,
          snat: vip.snat,
          scheduler: 'single',
          persistence: null,
          naming: { by: 'none' },
          tls: 'off',
          certificate: null,
          idleTimeout: media.idleTimeout,
          drain: media.drain,
          members: [toMember(candidate, mediaPorts, weight)],
        },
      ];
    }),
  );
  return services.sort(byPorts);
}

function signallingBase(vip: Vip, signalling: Signalling) {
  return {
    vip: vip.id,
    protocol: 'tcp',
    addresses: vip.addresses,
    forwarding: vip.forwarding,
    snat: vip.snat,
    tls: signalling.tls,
    certificate: signalling.certificate,
    idleTimeout: signalling.idleTimeout,
    // Signalling always drains softly: a WebSocket that is cut comes back and finds its room's node.
    drain: 'keep-flows',
  } as const;
}

function namingOf(signalling: Signalling): Naming {
  if (signalling.tls === 'off') return { by: 'path' };
  if (signalling.domain !== null) return { by: 'sni', domain: signalling.domain };
  return signalling.tls === 'terminate' ? { by: 'path' } : { by: 'none' };
}

function single(port: number): PortRange {
  return { first: port, last: port };
}

function byPorts(a: VirtualService, b: VirtualService): number {
  return a.ports.first - b.ports.first || compareText(b.protocol, a.protocol);
}
