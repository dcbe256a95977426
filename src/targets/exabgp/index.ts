/**
 * ExaBGP 4: VIPs as text for its API, from a process that it starts, so that routes change while sessions stay.
 * Written from ExaBGP's documentation and `exabgp --fi`, which prints the syntax of its configuration.
 */
import type { Intent } from '../../intent/model.ts';
import { header } from '../header.ts';
import { ROUTE_CAPABILITIES } from '../routes/capabilities.ts';
import { announcedBy, bfdFinding, bgpFindings } from '../routes/findings.ts';
import { hostRoutes, routeRule } from '../routes/routes.ts';
import type { Rendering, Target } from '../target.ts';
import { configuration } from './configuration.ts';
import { followScript } from './follow.ts';
import { guide } from './guide.ts';
import { commands, routeLines } from './lines.ts';
import { leftOut, usable } from './neighbors.ts';

export const exabgp: Target = {
  name: 'exabgp',
  kind: 'route',
  title: 'ExaBGP 4: announces VIPs by BGP',
  capabilities: { ...ROUTE_CAPABILITIES, versions: 'ExaBGP 4.2' },
  guide,
  render,
};

const ROUTES = 'roomlb.routes';
const FOLLOW = 'roomlb-follow.sh';
const CONF = 'exabgp.conf';
const FOLDER = '/etc/exabgp';

function render(intent: Intent): Rendering {
  const all = hostRoutes(intent);
  const routes = all.map((route) => ({ ...route, neighbors: usable(route.neighbors, intent.bgp) }));
  const announced = announcedBy(intent, routes);
  const findings = [
    ...bgpFindings(intent, routes, ' and what ExaBGP needs: a source, for IPv6 bgp.routerId as well'),
    ...leftOut(all, routes),
    ...(announced ? bfdFinding('ExaBGP', announced) : []),
  ];
  if (!announced) return { files: [], rules: [], findings };
  const routesFile = [
    ...header('exabgp', intent, [`${FOLLOW} tells ExaBGP what is in here, whenever it changes.`], findings),
    '',
    ...announced.routes.flatMap(routeLines),
    '',
  ];
  const conf = [
    ...header(
      'exabgp',
      intent,
      ['A whole configuration; it changes when neighbors do, not when routes do.'],
      [],
    ),
    ...configuration(announced.bgp, announced.routes, `${FOLDER}/${FOLLOW} ${FOLDER}/${ROUTES}`),
    '',
  ];
  return {
    files: [
      { path: ROUTES, content: routesFile.join('\n') },
      { path: CONF, content: conf.join('\n') },
      { path: FOLLOW, content: followScript(header('exabgp', intent, [], [])), mode: 0o755 },
    ],
    rules: announced.routes.flatMap((route) => routeRule(route, commands(route).join('; '))),
    findings,
  };
}
