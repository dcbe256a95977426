/** From an intent to the parts of a declaration, and to what it cannot say. */
import type { Intent } from '../../intent/model.ts';
import { carriedBy } from '../dialect/carried.ts';
import { bigIpFindings } from '../f5-tmsh/findings.ts';
import { objectsOf, type Objects } from '../f5-tmsh/objects.ts';
import type { Finding } from '../target.ts';
import { partsOf, tenantName, type Parts } from './declaration.ts';

export interface Declared {
  readonly parts: Parts;
  readonly objects: Objects;
  readonly findings: readonly Finding[];
  /** Of what the intent wants, nothing can be carried. */
  readonly isEmpty: boolean;
}

export function declare(intent: Intent, tenant = tenantName(intent.cluster)): Declared {
  // AS3's pools have no profile for IP-in-IP, which tmsh's have: no tunnel.
  const { services, findings } = carriedBy(
    { label: 'AS3', forwarding: ['nat', 'dsr'], families: [4, 6] },
    intent,
  );
  const objects = objectsOf(services);
  return {
    parts: partsOf(intent, services, objects, tenant),
    objects,
    findings: [...findings, ...bigIpFindings(intent, services)],
    isEmpty: services.length === 0,
  };
}
