/**
 * MetalLB: VIPs as address pools, advertised by BGP or on the nodes' own network. The balancing behind them is
 * Kubernetes' own, or that of balancers which run in it. Written from MetalLB's "API reference" (metallb.io/apis).
 */
import { stringify } from 'yaml';
import type { Intent } from '../../intent/model.ts';
import { header } from '../header.ts';
import { ROUTE_CAPABILITIES } from '../routes/capabilities.ts';
import { announcedBy, bgpFindings } from '../routes/findings.ts';
import { hostRoutes, reasonOf, routeRule, type HostRoute } from '../routes/routes.ts';
import type { Bgp } from '../../topology/routing/routing.ts';
import type { Rendering, Target } from '../target.ts';
import { layer2Findings, ownFindings } from './findings.ts';
import { guide } from './guide.ts';
import { advertisement, bfdProfile, peer, pool, type Resource } from './resources.ts';
import { namesFor } from './names.ts';

export const metallb: Target = {
  name: 'metallb',
  kind: 'route',
  title: 'MetalLB: announces VIPs from a Kubernetes cluster',
  capabilities: {
    ...ROUTE_CAPABILITIES,
    drain: 'graceful shutdown community (BGP only)',
    versions: 'MetalLB 0.13 and later',
  },
  guide,
  render,
};

const PURPOSE = [
  'Load it with: kubectl apply -f FILE',
  'It changes the objects that are in here, in namespace metallb-system, and no others.',
];

/** What readers of YAML 1.1 would take for a number, such as a community, is quoted. */
const YAML = { version: '1.1', lineWidth: 0 } as const;

function render(intent: Intent): Rendering {
  const { bgp } = intent;
  const routes = hostRoutes(intent);
  const carried = bgp ? (announcedBy(intent, routes)?.routes ?? []) : routes;
  const findings = [
    ...(bgp ? bgpFindings(intent, routes) : layer2Findings(intent, routes)),
    ...ownFindings(intent, carried),
  ];
  if (carried.length === 0) return { files: [], rules: [], findings };
  const parts = partsOf(bgp, carried);
  const lines = [
    ...header('metallb', intent, PURPOSE, findings),
    ...parts.flatMap(({ comment, resource }) => [
      '---',
      ...comment.map((line) => `# ${line}`),
      stringify(resource, YAML).trimEnd(),
    ]),
    '',
  ];
  return {
    files: [{ path: 'metallb.yaml', content: lines.join('\n') }],
    rules: carried.flatMap((route) => routeRule(route, [route.prefix, ...route.communities].join(' '))),
    findings,
  };
}

interface Part {
  readonly comment: readonly string[];
  readonly resource: Resource;
}

function partsOf(bgp: Bgp | null, routes: readonly HostRoute[]): Part[] {
  const told = new Set(routes.flatMap(({ neighbors }) => neighbors));
  const neighbors = bgp?.neighbors.filter((neighbor) => told.has(neighbor)) ?? [];
  const sessions = [
    ...(neighbors.some(({ bfd }) => bfd) ? [bfdProfile()] : []),
    ...(bgp ? neighbors.map((neighbor) => peer(bgp, neighbor)) : []),
  ];
  const name = namesFor(routes);
  const byVip = new Map<string, HostRoute[]>();
  for (const route of routes) byVip.set(route.vip, [...(byVip.get(route.vip) ?? []), route]);
  return [
    ...sessions.map((resource) => ({ comment: [], resource })),
    ...[...byVip].flatMap(([vip, own]): Part[] => [
      { comment: own.slice(0, 1).map(reasonOf), resource: pool(name(vip), own) },
      { comment: [], resource: advertisement(name(vip), own, neighbors) },
    ]),
  ];
}
