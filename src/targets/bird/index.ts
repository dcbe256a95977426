/**
 * BIRD 2: VIPs as static routes in tables of their own, which BGP sessions export. Written from the "BIRD 2.0
 * User's Guide" (bird.network.cz), whose sections the comments of this folder cite.
 */
import type { Intent } from '../../intent/model.ts';
import { header } from '../header.ts';
import { ROUTE_CAPABILITIES } from '../routes/capabilities.ts';
import { announcedBy, bgpFindings } from '../routes/findings.ts';
import { hostRoutes, routeRule } from '../routes/routes.ts';
import type { RenderedFile, Rendering, Target } from '../target.ts';
import { guide } from './guide.ts';
import { routeText, sections } from './sections.ts';

export const bird: Target = {
  name: 'bird',
  kind: 'route',
  title: 'BIRD 2: announces VIPs by BGP',
  capabilities: { ...ROUTE_CAPABILITIES, versions: 'BIRD 2.0.12 and later' },
  guide,
  render,
};

/** The file that changes comes first: bird.conf is for hosts on which BIRD does nothing else. */
const FILE = 'roomlb.conf';

function render(intent: Intent): Rendering {
  const routes = hostRoutes(intent);
  const findings = bgpFindings(intent, routes);
  const announced = announcedBy(intent, routes);
  if (!announced) return { files: [], rules: [], findings };
  const lines = [...header('bird', intent, PURPOSE, findings), ...sections(announced), ''];
  return {
    files: [{ path: FILE, content: lines.join('\n') }, whole(intent)],
    rules: announced.routes.flatMap((route) => routeRule(route, routeText(route))),
    findings,
  };
}

const PURPOSE = [
  `Put it in place as /etc/bird/${FILE}, have bird.conf include it, and run: birdc configure`,
  'Tables and protocols whose names begin with roomlb_ are its own; it touches no others.',
];

/** "Global options" and "Device": one device protocol is allowed, and routes need one. */
function whole(intent: Intent): RenderedFile {
  const { routerId } = intent.bgp ?? { routerId: null };
  const purpose = [
    'For a host on which BIRD has nothing else to do: /etc/bird/bird.conf. Elsewhere add the include line to yours.',
  ];
  const lines = [
    ...header('bird', intent, purpose, []),
    '',
    'log syslog all;',
    ...(routerId ? [`router id ${routerId.text};`] : []),
    'protocol device { }',
    `include "/etc/bird/${FILE}";`,
    '',
  ];
  return { path: 'bird.conf', content: lines.join('\n') };
}
