/**
 * FRRouting: VIPs as networks of bgpd, each with a route-map that lets it out or not. Written from the "FRR User
 * Guide" (docs.frrouting.org), whose sections the comments of this folder cite.
 */
import type { Intent } from '../../intent/model.ts';
import { deviceHeader } from '../dialect/header.ts';
import { oneLine, separated } from '../dialect/text.ts';
import { ROUTE_CAPABILITIES } from '../routes/capabilities.ts';
import { announcedBy, bgpFindings } from '../routes/findings.ts';
import { hostRoutes, routeRule } from '../routes/routes.ts';
import type { Rendering, Target } from '../target.ts';
import { blocks, routeMap } from './blocks.ts';
import { guide } from './guide.ts';

export const frr: Target = {
  name: 'frr',
  kind: 'route',
  title: 'FRRouting: announces VIPs by BGP',
  capabilities: { ...ROUTE_CAPABILITIES, versions: 'FRR 8.4 and later' },
  guide,
  render,
};

const PURPOSE = [
  'Load it into the running daemons with: vtysh -f FILE',
  "Lists and maps whose names begin with RL- are roomlb's; it changes no others.",
];

function render(intent: Intent): Rendering {
  const routes = hostRoutes(intent);
  const findings = bgpFindings(intent, routes);
  const announced = announcedBy(intent, routes);
  if (!announced) return { files: [], rules: [], findings };
  const lines = [
    ...deviceHeader('frr', intent, PURPOSE, findings, '!'),
    ...separated(blocks(announced), ' ', '!'),
    '!',
    '',
  ];
  return {
    files: [{ path: 'roomlb-frr.conf', content: lines.join('\n') }],
    rules: announced.routes.flatMap((route) =>
      routeRule(route, `network ${route.prefix} ${oneLine(routeMap(route))}`),
    ),
    findings,
  };
}
