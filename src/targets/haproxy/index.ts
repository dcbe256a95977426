/**
 * HAProxy 2.4 and newer: signalling by HTTP path or TLS server name, and TCP media. It is a proxy for TCP, so
 * UDP and the forwarding modes that bypass the balancer are refused by name. What its words mean is in its
 * configuration manual; sections are cited where a rule depends on one.
 */
import type { Intent } from '../../intent/model.ts';
import { guide } from './guide.ts';
import { needsOf } from './host.ts';
import { readBack } from './read-back.ts';
import type { Rendering, Target } from '../target.ts';
import { renderConfig } from './config.ts';
import { haproxyDriver } from './driver/driver.ts';
import { carries, findingsOf } from './findings.ts';

export const haproxy: Target = {
  name: 'haproxy',
  kind: 'linux',
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
  guide,
  render,
  readBack,
  driver: haproxyDriver,
  hostNeeds: needsOf,
};

function render(intent: Intent): Rendering {
  const carried = intent.services.filter(carries);
  const findings = findingsOf(intent);
  if (carried.length === 0) return { files: [], rules: [], findings };
  const { text, rules } = renderConfig(intent);
  return { files: [{ path: 'haproxy.cfg', content: text }], rules, findings };
}
