import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    'Check first: `tmsh load sys config merge file /var/tmp/roomlb.conf verify` changes nothing. Then the same without `verify`, look at `tmsh show ltm virtual` and `tmsh show ltm pool members`, and `tmsh save sys config`.',
    '`roomlb-tmsh.sh` makes the same objects in one transaction on a BIG-IP that has none of them yet: all or nothing.',
    'An address that is a node under another name already is refused by the BIG-IP: rename or remove that node first.',
    'In a device group, load it on the active unit and run `tmsh run cm config-sync to-group GROUP`.',
  ],
  drain: [
    'A draining member has `session user-disabled`: flows and persistence that it has go on, new ones do not come. Watch `tmsh show ltm pool NAME members`.',
    '`drain: flush` needs a hand: `tmsh delete sys connection ss-server-addr NODE-ADDRESS`.',
  ],
  rollback: [
    'Before a change: `roomlb render f5-tmsh --from OLD --topology NEW` prints the commands that make it, and with `--back` those that take it back. Paste the first part into bash, wait until `tmsh show ltm pool NAME members` counts no connections for those that leave, then paste the second: one transaction, all of it or nothing.',
    'Before loading, `tmsh save sys ucs before-roomlb` or `tmsh save sys config file before-roomlb.scf`; `tmsh load sys config file before-roomlb.scf` takes everything back.',
    'Or merge the file of the revision before, and remove what only the newer one had: `tmsh delete ltm virtual NAME` first, then pools, nodes, profiles, monitors.',
  ],
  limits: [
    'Ratios of 1 to 100; names of up to 255 characters, so that ids are never shortened.',
    'A node or a virtual whose address changes is deleted and made anew within the transaction. Where a device group does not take that, make two changes of it: leave the node out of the topology, then put it in with its new address.',
    'Each media port is one virtual for each protocol and address. A Janus node with thousands of ports makes thousands; how many a BIG-IP takes depends on its memory.',
    'TLS is passed on, not ended: RoomLB writes layer 4 only.',
    'An nPath virtual (`dsr`, `tunnel`) needs an Auto Last Hop and VLAN set-up of your own.',
  ],
  manual: [
    'tmsh Reference: https://clouddocs.f5.com/cli/tmsh-reference/latest/',
    'BIG-IP LTM: Implementations, "Configuring nPath Routing" and "Configuring Layer 3 nPath Routing": https://techdocs.f5.com',
  ],
};
