/**
 * HAProxy 2.4 and newer: signalling by HTTP path or TLS server name, and TCP media. It is a proxy for TCP, so
 * UDP and the forwarding modes that bypass the balancer are refused by name. What its words mean is in its
 * configuration manual; sections are cited where a rule depends on one.
 */
import type { Intent, VirtualService } from '../../intent/model.ts';
import { header } from '../header.ts';
import type { Rendering, Target } from '../target.ts';
import { carries, findingsOf } from './findings.ts';
import { DEFAULTS, GLOBAL } from './global.ts';
import { pool } from './pool.ts';
import type { BindOptions, Section } from './section.ts';
import { media, nodeSignalling } from './single.ts';

const PURPOSE = ["All of this file is roomlb's: change the topology, and render it anew."];

export const haproxy: Target = {
  name: 'haproxy',
  title: 'HAProxy: signalling by path or SNI, TCP media',
  capabilities: {
    udp: 'no',
    tcp: 'proxy',
    forwarding: ['nat'],
    ipv6: true,
    naming: ['path', 'sni', 'ports'],
    health: 'TCP connect or HTTP GET, of the shared signalling pool',
    drain: 'weight 0 (named nodes still reached); flush cuts at run time only',
    versions: '2.4 to 3.4',
  },
  render,
};

function render(intent: Intent): Rendering {
  const floating = new Set(intent.vips.filter((vip) => vip.vrrp !== null).map((vip) => vip.id));
  const carried = intent.services.filter(carries);
  const findings = findingsOf(intent);
  if (carried.length === 0) return { files: [], rules: [], findings };
  const sections = carried.map((service) => sectionOf(service, { floating: floating.has(service.vip) }));
  const lines = [...header('haproxy', intent, PURPOSE, findings), '', ...GLOBAL, ...DEFAULTS];
  for (const part of sections) for (const line of part.lines) lines.push(line);
  return {
    files: [{ path: 'haproxy.cfg', content: `${lines.join('\n')}\n` }],
    rules: sections.flatMap((part) => part.rules),
    findings,
  };
}

const RENDERERS: Record<VirtualService['role'], (service: VirtualService, options: BindOptions) => Section> =
  {
    signalling: pool,
    'node-signalling': nodeSignalling,
    media,
  };

function sectionOf(service: VirtualService, options: BindOptions): Section {
  return RENDERERS[service.role](service, options);
}
