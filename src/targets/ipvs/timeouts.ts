import type { VirtualService } from '../../intent/model.ts';
import type { Protocol } from '../../topology/model.ts';
import { finding } from '../findings.ts';
import type { Finding } from '../target.ts';
import { vipsOf } from './notes.ts';

/**
 * Seconds of silence after which IPVS forgets a connection; null for a protocol without services. IPVS
 * has one value per protocol for the whole machine (ipvsadm(8), --set), so it is the longest asked for.
 */
export interface IdleTimeouts {
  readonly tcp: number | null;
  readonly udp: number | null;
}

export function idleTimeouts(services: readonly VirtualService[]): IdleTimeouts {
  return { tcp: longest(services, 'tcp'), udp: longest(services, 'udp') };
}

/** Names the VIPs whose services asked for a shorter time than they get. */
export function longerThanAsked(services: readonly VirtualService[]): Finding[] {
  const timeouts = idleTimeouts(services);
  return (['udp', 'tcp'] as const).flatMap((protocol): Finding[] => {
    const value = timeouts[protocol];
    if (value === null) return [];
    const shorter = services.filter(
      (service) => service.protocol === protocol && service.idleTimeout < value,
    );
    const asked = [...new Set(shorter.map(({ idleTimeout }) => idleTimeout))].sort((a, b) => a - b);
    return finding(
      vipsOf(shorter, () => true),
      'degraded',
      `IPVS has one idle timeout for all of ${protocol}: it is ${value} s, though some services ask for ${asked.join(' s or ')} s`,
      `ask for one idleTimeout for ${protocol} everywhere, or accept that silent connections are remembered longer`,
    );
  });
}

function longest(services: readonly VirtualService[], protocol: Protocol): number | null {
  return services
    .filter((service) => service.protocol === protocol)
    .reduce<number | null>((max, { idleTimeout }) => Math.max(max ?? 0, idleTimeout), null);
}
