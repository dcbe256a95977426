/**
 * GoBGP 3: neighbors in gobgpd's configuration, VIPs by commands to the daemon, which has no place for them in its
 * configuration. Written from GoBGP's documentation (docs/sources in its repository).
 */
import type { Intent } from '../../intent/model.ts';
import { finding } from '../findings.ts';
import { header } from '../header.ts';
import { ROUTE_CAPABILITIES } from '../routes/capabilities.ts';
import { announcedBy, bfdFinding, bgpFindings } from '../routes/findings.ts';
import { hostRoutes, reasonOf, routeRule, type HostRoute } from '../routes/routes.ts';
import type { Finding, Rendering, Target } from '../target.ts';
import { configuration } from './configuration.ts';
import { guide } from './guide.ts';

export const gobgp: Target = {
  name: 'gobgp',
  kind: 'route',
  title: 'GoBGP 3: announces VIPs by BGP',
  capabilities: { ...ROUTE_CAPABILITIES, versions: 'GoBGP 3.10' },
  guide,
  render,
};

const ROUTES = 'gobgp-routes.sh';
const CONF = 'gobgpd.toml';

function render(intent: Intent): Rendering {
  const routes = hostRoutes(intent);
  const findings = bgpFindings(intent, routes);
  const announced = announcedBy(intent, routes);
  if (!announced) return { files: [], rules: [], findings };
  const { bgp, routes: led } = announced;
  const { routerId } = bgp;
  if (!routerId) {
    return { files: [], rules: [], findings: [...findings, ...withoutRouterId(intent)] };
  }
  findings.push(...bfdFinding('GoBGP', announced));
  const script = [
    '#!/bin/sh',
    ...header(
      'gobgp',
      intent,
      [`Run it beside gobgpd, with "gobgp" on the path. It may run again.`],
      findings,
    ),
    'set -eu',
    '',
    ...led.flatMap((route) => [`# ${reasonOf(route)}`, command(route)]),
    '',
  ];
  const conf = [
    ...header('gobgp', intent, [`Neighbors, for gobgpd -f; ${ROUTES} announces.`], []),
    ...configuration(bgp, routerId, led),
    '',
  ];
  return {
    files: [
      { path: ROUTES, content: script.join('\n'), mode: 0o755 },
      { path: CONF, content: conf.join('\n') },
    ],
    rules: led.flatMap((route) => routeRule(route, command(route))),
    findings,
  };
}

/** "CLI command syntax: global rib". Adding again replaces, deleting what is not there does no harm. */
function command({ prefix, address, state, med, communities }: HostRoute): string {
  const family = `-a ipv${address.family}`;
  if (state === 'withdrawn') return `gobgp global rib del ${prefix} ${family}`;
  const attributes = [
    ...(med === null ? [] : [`med ${med}`]),
    ...(communities.length === 0 ? [] : [`community ${communities.join(',')}`]),
  ];
  return [`gobgp global rib add ${prefix} origin igp`, ...attributes, family].join(' ');
}

function withoutRouterId({ vips }: Intent): Finding[] {
  return finding(
    vips.filter(({ route }) => route !== null),
    'refused',
    'gobgpd finds no router id by itself',
    'add bgp.routerId, an IPv4 address of the balancer',
  );
}
