import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    'bgpd must run (`bgpd=yes` in `/etc/frr/daemons`; `bfdd=yes` too where neighbors have `bfd`).',
    '`vtysh -C -f roomlb-frr.conf` checks, `vtysh -f roomlb-frr.conf` loads, `vtysh -c "write memory"` keeps it. It adds to what runs; sessions stay up.',
    'To have it follow health by itself: a balancer of `target: file`, `dialect: frr`, with `reloadCommand: [/usr/bin/vtysh, -f, "{file}"]`. A route comes or goes within 5 s (`bgp route-map delay-timer`).',
    'Look: `show bgp ipv4 unicast`, `show bgp summary`.',
  ],
  drain: [
    'A VIP all of whose nodes drain is announced with the graceful shutdown community where its media says `drain: flush`. FRR as a receiver prefers other ways by itself (RFC 8326).',
    'To take one balancer out: `bgp graceful-shutdown` below `router bgp`, later `neighbor ADDRESS shutdown`.',
  ],
  rollback: [
    'Load the file of the revision before. What only the newer one had is removed by hand: `no network PREFIX` in its address family, `no neighbor ADDRESS`, `no route-map RL-VIP-ID`.',
  ],
  limits: [
    'One session carries the routes of its own family. `no bgp network import-check` holds for the whole of `router bgp`: networks of your own are announced as well while the routing table lacks them.',
    'bgpd offers graceful restart to its neighbors, so that they may go on for two minutes with what a bgpd announced that has ended, or died. `bgp graceful-restart-disable` below `router bgp` ends that; it is yours to enter once, since FRR takes it a second time for an error.',
    'VIPs must be on the balancer, by other means (on lo, or as the engine wants it).',
    'A VIP that leaves the topology stays in the daemon until it is removed by hand, as above.',
    'Session passwords are not written: `neighbor ADDRESS password` is yours to add, and stays.',
  ],
  manual: [
    'FRR User Guide, BGP: https://docs.frrouting.org/en/stable-8.4/bgp.html',
    'FRR User Guide, Route Maps: https://docs.frrouting.org/en/stable-8.4/routemap.html',
    'RFC 4271, RFC 8326',
  ],
};
