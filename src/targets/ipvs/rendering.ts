/** What targets that configure IPVS have in common, by whichever program they do it. */
import type { Intent, VirtualService } from '../../intent/model.ts';
import type { Capabilities, Finding, Rendering } from '../target.ts';
import { carriedByIpvs } from './carried.ts';
import { longerThanAsked } from './timeouts.ts';

export const IPVS_CAPABILITIES = {
  udp: 'yes',
  tcp: 'yes',
  forwarding: ['nat', 'dsr', 'tunnel'],
  ipv6: true,
  naming: ['ports'],
  drain: 'keep-flows, flush',
} as const satisfies Partial<Capabilities>;

export interface OwnPart {
  /** What the program adds to what IPVS itself makes of the services. */
  findings(services: readonly VirtualService[]): readonly Finding[];
  output(
    services: readonly VirtualService[],
    findings: readonly Finding[],
  ): Pick<Rendering, 'files' | 'rules'>;
}

/** Renders the services that IPVS carries; no files where it was asked for some and carries none. */
export function renderCarried(intent: Intent, own: OwnPart): Rendering {
  const { services, findings: losses } = carriedByIpvs(intent);
  const findings = [...losses, ...longerThanAsked(services), ...own.findings(services)];
  if (services.length === 0 && intent.services.length > 0) return { files: [], rules: [], findings };
  return { ...own.output(services, findings), findings };
}
