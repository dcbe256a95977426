/**
 * GoBGP 3: neighbors in gobgpd's configuration, VIPs by commands to the daemon, which has no place for them in its
 * configuration. Written from GoBGP's documentation (docs/sources in its repository).
 */
import type { Intent } from '../../intent/model.ts';
import { header } from '../header.ts';
import { ROUTE_CAPABILITIES } from '../routes/capabilities.ts';
import { announcedBy, bfdFinding, bgpFindings } from '../routes/findings.ts';
import { hostRoutes, reasonOf, routeRule, type HostRoute } from '../routes/routes.ts';
import type { Rendering, Target } from '../target.ts';
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
  // gobgpd finds no router id by itself, and does not start without.
  const routerId = intent.bgp?.routerId ?? null;
  const routes = hostRoutes(intent).map((route) => (routerId ? route : { ...route, neighbors: [] }));
  const announced = announcedBy(intent, routes);
  const findings = [
    ...bgpFindings(intent, routes, ' and what GoBGP needs: bgp.routerId'),
    ...(announced ? bfdFinding('GoBGP', announced) : []),
  ];
  if (!announced || !routerId) return { files: [], rules: [], findings };
  const { bgp, routes: led } = announced;
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
