/**
 * nginx as a proxy for streams, TCP and UDP: a complete `nginx.conf`. Written for 1.22 as in the
 * documentation of ngx_stream_core_module and its neighbours (port ranges: 1.15.10).
 */
import type { Intent } from '../../intent/model.ts';
import type { Rendering, Target } from '../target.ts';
import { renderConfig } from './config.ts';
import { nginxDriver } from './driver/driver.ts';
import { canBeProxied } from '../findings.ts';
import { findingsOf } from './findings.ts';
import { guide } from './guide.ts';
import { needsOf } from './host.ts';

export const nginx: Target = {
  name: 'nginx',
  kind: 'linux',
  title: 'nginx: stream proxy for TCP and UDP',
  capabilities: {
    udp: 'proxied; a reload gives flows a new source port, and loses answers on their way',
    tcp: 'proxied; TLS passed on or ended',
    forwarding: ['nat'],
    ipv6: true,
    naming: ['sni', 'ports'],
    health: 'passive: failed connections',
    drain: 'TCP goes on in old workers; UDP ports stay (keep-flows) or close (flush)',
    versions: 'nginx 1.22',
  },
  guide,
  render,
  driver: nginxDriver,
  hostNeeds: needsOf,
};

function render(intent: Intent): Rendering {
  const findings = findingsOf(intent);
  if (intent.services.length > 0 && !intent.services.some(canBeProxied))
    return { files: [], rules: [], findings };
  const { text, rules } = renderConfig(intent);
  return { files: [{ path: 'nginx.conf', content: text }], rules, findings };
}
