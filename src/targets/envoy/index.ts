/**
 * Envoy 1.26 and later: signalling by path, server name or port, and TCP and UDP media, all of it from files that
 * Envoy watches. What a field means is in the v3 API (model.ts); nothing here was run.
 */
import type { Intent } from '../../intent/model.ts';
import type { RenderedFile, Rendering, Target } from '../target.ts';
import { clustersOf } from './clusters.ts';
import { isLeftOut } from './drain.ts';
import { poolAssignment } from './endpoints.ts';
import { bootstrapFile, resourcesFile } from './files.ts';
import { canBeProxied } from '../findings.ts';
import { findingsOf } from './findings.ts';
import { guide } from './guide.ts';
import { installerFile } from './installer.ts';
import { listenersOf } from './listeners.ts';
import { CLUSTERS_FILE, endpointsFile, LISTENERS_FILE, routesFile } from './names.ts';
import { routesOf, speaksHttp } from './routes.ts';
import { rulesOf } from './rules.ts';

export const envoy: Target = {
  name: 'envoy',
  kind: 'software',
  title: 'Envoy: signalling by path, SNI or port, TCP and UDP media; files that it watches',
  capabilities: {
    udp: 'proxied, a listener a port',
    tcp: 'proxied; TLS passed on or ended',
    forwarding: ['nat'],
    ipv6: true,
    naming: ['path', 'sni', 'ports'],
    health: 'HTTP, TCP, of the shared signalling pool',
    drain: 'DRAINING (named nodes still reached); UDP ports stay (keep-flows) or close (flush)',
    versions: 'Envoy 1.26 and later',
  },
  guide,
  render,
};

function render(intent: Intent): Rendering {
  const carried = intent.services.filter(canBeProxied);
  const findings = findingsOf(intent);
  if (carried.length === 0 && intent.services.length > 0) return { files: [], rules: [], findings };
  const floating = new Set(intent.vips.filter(({ vrrp }) => vrrp !== null).map(({ id }) => id));
  const services = carried.filter((service) => service.members.length > 0 && !isLeftOut(service));
  const pools = services.filter(({ role }) => role === 'signalling');
  const files: RenderedFile[] = [
    bootstrapFile(intent),
    ...pools.map((pool) =>
      resourcesFile(endpointsFile(pool.vip), intent, 'envoy.config.endpoint.v3.ClusterLoadAssignment', [
        poolAssignment(pool),
      ]),
    ),
    resourcesFile(CLUSTERS_FILE, intent, 'envoy.config.cluster.v3.Cluster', clustersOf(services)),
    ...pools
      .filter(speaksHttp)
      .map((pool) =>
        resourcesFile(routesFile(pool.vip), intent, 'envoy.config.route.v3.RouteConfiguration', [
          routesOf(pool),
        ]),
      ),
    resourcesFile(
      LISTENERS_FILE,
      intent,
      'envoy.config.listener.v3.Listener',
      listenersOf(services, floating),
    ),
  ];
  return {
    files: [...files, installerFile(intent, files, findings)],
    rules: services.flatMap(rulesOf),
    findings,
  };
}
