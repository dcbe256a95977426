/**
 * F5 BIG-IP by AS3 (Application Services 3 Extension): one declaration, whose tenant is RoomLB's own. Posting
 * it changes that tenant and no other.
 */
import type { Intent } from '../../intent/model.ts';
import { bigIpRules } from '../f5-tmsh/rules.ts';
import type { Rendering, Target } from '../target.ts';
import { declare } from './declare.ts';
import { as3Driver } from './driver/driver.ts';
import { guide } from './guide.ts';
import { readBack } from './read-back.ts';

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
  readBack,
  driver: as3Driver,
};

function render(intent: Intent): Rendering {
  const { parts, objects, findings, isEmpty } = declare(intent);
  if (isEmpty && intent.services.length > 0) return { files: [], rules: [], findings };
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
