import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    'By RoomLB: declare it in `balancers:` (`target: ipvs`), then `roomlb plan ipvs` and `roomlb apply ipvs`. Only what differs is changed, rule by rule: nobody else loses a packet, and services that others made stay. Which are its own it keeps in `ownedFile`; without that file they are taken over only where they are as wanted already, or by `--adopt`. Of `ipvs.sysctl.conf` it sets what is of IPVS itself; routing and the addresses of VIPs are yours.',
    'By hand: `sysctl -p ipvs.sysctl.conf`, then `ipvsadm-restore < ipvsadm.rules`. It empties the table first, and with it all that others have there; so not while traffic flows.',
  ],
  drain: [
    'Weight 0: connections go on, new ones do not come. Under `flush` the destination is left out, which cuts them: at once where `expire_nodest_conn` is 1 (RoomLB sets it when it drives; Linux 5.9 and later), with their next packet before that.',
    'A node that is removed, disabled or given another address loses its connections under either policy: IPVS keeps none for a destination that it does not have. Drain it first.',
  ],
  rollback: ['`roomlb rollback ipvs`; by hand, restore the file of the revision before.'],
  limits: ['One virtual service a port.', 'It asks nobody whether they live.'],
  manual: ['ipvsadm(8), and ipvs-sysctl.rst of Linux'],
};
