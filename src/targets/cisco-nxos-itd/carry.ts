/** What of an intent NX-OS can carry: by static NAT, by ITD that translates, by ITD that redirects. */
import type { Intent, IntentVip, VirtualService } from '../../intent/model.ts';
import { carriedBy, type CarriedService } from '../dialect/carried.ts';
import type { Finding } from '../target.ts';
import { MAX_BUCKETS } from './buckets.ts';

export type Why = 'snat' | 'ports' | 'members';

export interface Carry {
  readonly services: readonly CarriedService[];
  /** What could be forwarded, and cannot be said. */
  readonly lacking: readonly { readonly service: VirtualService; readonly why: Why }[];
  /** VIPs of which only the first address is there: see `natFront`. */
  readonly cut: readonly CarriedService[];
  readonly findings: readonly Finding[];
}

export function carry(intent: Intent): Carry {
  // NAT is IPv4 only, and ITD redirects both.
  const nat = carriedBy(
    { label: 'NAT of NX-OS', forwarding: ['nat', 'dsr'], families: [4] },
    only(intent, (forwarding) => forwarding === 'nat'),
  );
  const rest = carriedBy(
    { label: 'ITD', forwarding: ['nat', 'dsr'], families: [4, 6] },
    only(intent, (forwarding) => forwarding !== 'nat'),
  );
  const all = [...nat.services, ...rest.services];
  const reasons = new Map(all.map((one) => [one, whyNot(one.service, all)]));
  const kept = all.filter((one) => reasons.get(one) === null);
  return {
    services: kept.map(natFront),
    lacking: all.flatMap((one) => {
      const why = reasons.get(one) ?? null;
      return why === null ? [] : [{ service: one.service, why }];
    }),
    cut: kept.filter((one) => natFront(one).fronts.length < one.fronts.length),
    findings: [...nat.findings, ...rest.findings],
  };
}

function only(intent: Intent, matches: (forwarding: IntentVip['forwarding']) => boolean): Intent {
  return {
    ...intent,
    vips: intent.vips.filter(({ forwarding }) => matches(forwarding)),
    services: intent.services.filter(({ forwarding }) => matches(forwarding)),
  };
}

function whyNot(service: VirtualService, all: readonly CarriedService[]): Why | null {
  if (service.snat) return 'snat';
  if (service.role !== 'signalling') return null;
  if (service.members.length > MAX_BUCKETS) return 'members';
  const own = all.some(({ service: { role, vip } }) => role === 'node-signalling' && vip === service.vip);
  return service.forwarding === 'nat' && own ? 'ports' : null;
}

/** What a node answers is translated back to one address and port, so that only one can lead to it. */
function natFront({ service, fronts }: CarriedService): CarriedService {
  return { service, fronts: service.forwarding === 'nat' ? fronts.slice(0, 1) : fronts };
}
