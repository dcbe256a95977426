import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    'By RoomLB: declare it in `balancers:` (`target: keepalived`), then `roomlb plan keepalived` and `roomlb apply keepalived`: it writes the file once `keepalived -t` has taken it, reloads, and waits until IPVS is as the file says. A reload changes what differs only: other connections go on, and members that failed their checks stay at weight 0. `expire_nodest_conn` is set as well; routing is yours.',
    'By hand: `keepalived -t -f keepalived.conf`, put it in place as `/etc/keepalived/keepalived.conf`, `sysctl -p keepalived.sysctl.conf`, then `systemctl reload keepalived`.',
  ],
  drain: [
    'Weight 0 (held there by a tracked file where all members drain). Under `flush` the real server is left out.',
  ],
  rollback: [
    '`roomlb rollback keepalived`; by hand, put the file of the revision before in place, and reload.',
  ],
  limits: [
    'A port that goes from one node to another in one reload (swapped media ports) is lost by keepalived 2.2.7, which removes the old service after it took it for the new one: RoomLB reads that back, and puts it there again.',
    'RoomLB reads back what became of virtual services, from IPVS itself, not what became of VRRP.',
    'A virtual service that is there before keepalived starts becomes its own, and goes when it ends: RoomLB refuses to let that happen but by `--adopt`.',
    'Loading takes time quadratic in the number of nodes: 15 s for 4000.',
  ],
  manual: ['keepalived.conf(5)'],
};
