import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    'Put `exabgp.conf`, `roomlb-follow.sh` and `roomlb.routes` into `/etc/exabgp/` (that folder is written into exabgp.conf), check with `env exabgp.api.cli=false exabgp --validate /etc/exabgp/exabgp.conf`, and start or reload ExaBGP.',
    'From then on only `roomlb.routes` changes with health: move the new one into place (`mv`, not a copy), and within a second ExaBGP says so to its neighbors. A balancer of `target: file`, `dialect: exabgp`, `path: /etc/exabgp/roomlb.routes` does just that, without any reload command.',
  ],
  drain: [
    'A VIP all of whose nodes drain is announced with the graceful shutdown community where its media says `drain: flush` (RFC 8326).',
    'To take one balancer out: stop ExaBGP; its neighbors drop what it announced.',
  ],
  rollback: [
    'Move the `roomlb.routes` of the revision before into place; the other files likewise, then reload ExaBGP.',
  ],
  limits: [
    'Each neighbor needs its `source`: ExaBGP does not find out its own address. Where no `routerId` is set, neighbors of IPv6 are refused, since their sessions have no IPv4 address to take it from.',
    'No BFD. ExaBGP forwards nothing and installs no routes: VIPs must be on the balancer by other means.',
    'Session passwords are not written: `md5-password` is yours to add to exabgp.conf.',
  ],
  manual: [
    'ExaBGP wiki, Controlling ExaBGP and API: https://github.com/Exa-Networks/exabgp/wiki',
    '`exabgp --fi`, of ExaBGP 4.2.21',
    'RFC 4271, RFC 8326',
  ],
};
