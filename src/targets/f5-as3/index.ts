/**
 * F5 BIG-IP by AS3 (Application Services 3 Extension): one declaration, whose tenant is RoomLB's own. Posting
 * it changes that tenant and no other.
 */
import type { Intent } from '../../intent/model.ts';
import { carriedBy } from '../dialect/carried.ts';
import { bigIpFindings } from '../f5-tmsh/findings.ts';
import { objectsOf } from '../f5-tmsh/objects.ts';
import { bigIpRules } from '../f5-tmsh/rules.ts';
import type { Rendering, Target } from '../target.ts';
import { partsOf } from './declaration.ts';
import { guide } from './guide.ts';

export const f5As3: Target = {
  name: 'f5-as3',
  kind: 'device',
  title: 'F5 BIG-IP LTM, as an AS3 declaration',
  capabilities: {
    udp: 'one Service_L4 a port',
    tcp: 'yes',
    forwarding: ['nat', 'dsr'],
    ipv6: true,
    naming: ['ports'],
    health: 'HTTP, TCP, STUN',
    drain: 'adminState disable: keep-flows; flush by hand',
    versions: 'AS3 3.50 to 3.56',
  },
  guide,
  render,
};

function render(intent: Intent): Rendering {
  // AS3's pools have no profile for IP-in-IP, which tmsh's have: no tunnel.
  const { services, findings: refused } = carriedBy(
    { label: 'AS3', forwarding: ['nat', 'dsr'], families: [4, 6] },
    intent,
  );
  const findings = [...refused, ...bigIpFindings(intent, services)];
  if (services.length === 0 && intent.services.length > 0) return { files: [], rules: [], findings };
  const objects = objectsOf(services);
  const parts = partsOf(intent, services, objects);
  return {
    files: [{ path: 'as3.json', content: `${JSON.stringify(parts.declaration(), null, 2)}\n` }],
    rules: bigIpRules(objects.virtuals, {
      virtual: (one) => JSON.stringify(parts.service(one)),
      member({ pool }, index) {
        const one = pool.members[index];
        return one ? JSON.stringify(parts.member(one, pool)) : '';
      },
    }),
    findings,
  };
}
