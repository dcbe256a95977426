import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    '`gobgpd -d -t toml -f gobgpd.toml` checks; start gobgpd with it, or `kill -HUP` it: sessions of neighbors that did not change stay up.',
    'Then run `gobgp-routes.sh`, once gobgpd is up, and again whenever it has changed. gobgpd forgets routes when it ends.',
    "To have it follow health by itself: a balancer of `target: file`, `dialect: gobgp`, with `reloadCommand: [/bin/sh, '{file}']`.",
    'Look: `gobgp global rib -a ipv4`, `gobgp neighbor`.',
  ],
  drain: [
    'A VIP all of whose nodes drain is announced with the graceful shutdown community where its media says `drain: flush` (RFC 8326).',
    'To take one balancer out: `gobgp neighbor ADDRESS disable`, later `enable`.',
  ],
  rollback: [
    'Run the script of the revision before. What only the newer one had: `gobgp global rib del PREFIX -a ipv4` (or ipv6).',
  ],
  limits: [
    'Needs `bgp.routerId`. No BFD. One session carries the routes of its own family.',
    'A VIP that leaves the topology stays announced until it is deleted by hand, as above, or gobgpd starts anew.',
    'GoBGP forwards nothing: VIPs must be on the balancer by other means.',
    'Session passwords are not written: `auth-password` is yours to add.',
  ],
  manual: [
    'GoBGP, CLI command syntax: https://github.com/osrg/gobgp/blob/master/docs/sources/cli-command-syntax.md',
    'GoBGP, Configuration example: https://github.com/osrg/gobgp/blob/master/docs/sources/configuration.md',
    'RFC 4271, RFC 8326',
  ],
};
