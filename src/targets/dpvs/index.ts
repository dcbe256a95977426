/**
 * Target `dpvs`: the layer 4 balancer on DPDK, in the dialect of the keepalived that comes with it. A whole
 * keepalived.conf, as for target `keepalived`, with whose parts it is made where the two dialects agree.
 */
import type { Intent } from '../../intent/model.ts';
import { carriedBy, vipIds } from '../dialect/carried.ts';
import { header } from '../header.ts';
import { vrrpInstances } from '../keepalived/vrrp.ts';
import type { Rendering, Target } from '../target.ts';
import { findingsOf } from './findings.ts';
import { guide } from './guide.ts';
import { LOCAL_FILE } from './local-addresses.ts';
import { virtualServers } from './virtual-servers.ts';
import { hasVrrp, VRRP_WORDS } from './vrrp.ts';

export const dpvs: Target = {
  name: 'dpvs',
  kind: 'software',
  title: "DPVS (DPDK), by its keepalived's dialect",
  capabilities: {
    udp: 'yes',
    tcp: 'yes',
    forwarding: ['nat', 'dsr', 'tunnel'],
    ipv6: true,
    naming: ['ports'],
    health: 'HTTP, TCP; UDP only as not refused (signalling)',
    drain: 'weight 0: keep-flows; expire_quiescent_conn: flush',
    versions: 'DPVS 1.10',
  },
  guide,
  render,
};

const PURPOSE = [
  'A whole configuration for the keepalived of DPVS: put it in place as /etc/keepalived/keepalived.conf and',
  'reload it. keepalived of a distribution does not know the words of DPVS, and refuses it.',
];

function render(intent: Intent): Rendering {
  const { services, findings: refused } = carriedBy(
    { label: 'DPVS', forwarding: ['nat', 'dsr', 'tunnel'], families: [4, 6] },
    intent,
  );
  const used = vipIds(services);
  const vips = intent.vips.filter(({ id }) => used.has(id));
  const findings = [...refused, ...findingsOf(vips, services)];
  if (services.length === 0 && intent.services.length > 0) return { files: [], rules: [], findings };
  const { lines, rules } = virtualServers(services);
  const content = [
    ...header('dpvs', intent, PURPOSE, findings),
    '',
    'global_defs {',
    `    router_id ${intent.cluster}`,
    '    enable_script_security',
    '    # As in keepalived of Linux: version 3 is the one for IPv6.',
    '    vrrp_version 3',
    '}',
    ...(services.some(({ service }) => service.snat) ? ['', `include ${LOCAL_FILE}`] : []),
    ...vips.filter(hasVrrp).flatMap((vip) => vrrpInstances(vip, VRRP_WORDS)),
    ...lines,
    '',
  ].join('\n');
  return { files: [{ path: 'keepalived.conf', content }], rules, findings };
}
