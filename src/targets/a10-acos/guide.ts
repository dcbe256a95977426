import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    'By RoomLB itself: `balancers: [{ id: thunder-1, target: a10-acos, url: https://DEVICE, credentialsFile: FILE }]`, then `roomlb plan thunder-1` and `roomlb apply thunder-1`, by aXAPI v3: it reads the objects, changes those that differ, reads them back and writes memory. Its own are those with the `user-tag` `roomlb_CLUSTER`; `partition` names a partition other than the shared one. VRRP-A stays with you. By hand:',
    'In configuration mode paste the file, or put it where the device can fetch it: `copy scp://USER@HOST/acos.cfg running-config` merges it into what runs.',
    'Look at `show slb virtual-server` and `show slb service-group`, then `write memory`.',
    'With `vrrp` on a VIP: `vrrp-a common` with `device-id`, `set-id` and `enable` comes first; load the file on each device, or let aVCS pass it on.',
  ],
  drain: [
    'A draining member is `disable` in its service group: sessions that it has go on, new ones do not come. Watch: `show slb service-group NAME`.',
    '`drain: flush`: the port of the server is disabled instead, with `slb template port roomlb-flush` on it (`del-session-on-server-down`), which ends its sessions.',
    'Back: `enable` in the same place, or `no disable`; for a flushed port also `no template port roomlb-flush`.',
  ],
  rollback: [
    'Before a change: `roomlb render a10-acos --from OLD --topology NEW` prints the commands that make it, and with `--back` those that take it back.',
    'Before loading a whole file: `write memory BEFORE-ROOMLB` keeps a profile; `link startup-config BEFORE-ROOMLB primary` and `reload` take all back, with an interruption.',
  ],
  limits: [
    'Weights of 1 to 100; idle times in steps of 60 s; persistence of 1 to 2000 minutes; names of 63 characters, longer ids are shortened to their beginning and a piece of their hash.',
    'The UDP monitor sends nothing that can be chosen: of a `stunPort` it notices only that it is closed.',
    'Each media port is one virtual port, one service group and one server port for each protocol and address. A range (`port N udp range M`) would lead all of them to one group, but a server port needs the same range; how many a device takes depends on its model.',
    'Manuals of ACOS 5 say of `no-dest-nat` that it is for wildcard VIPs and SSLi; direct server return by it is in the guides of ACOS 2.7 and 4.1. Try `dsr` on your release before you rely on it, and `ipinip` (tunnel) as well.',
  ],
  manual: [
    'ACOS 4.1 and 5.x, Command Line Interface Reference for ADC: "slb server", "slb service-group", "slb virtual-server", "slb template", "health monitor", "vrrp-a" (a10networks.com, support).',
    'aXAPI v3: https://documentation.a10networks.com/ACOS-Docs/axapi',
    "aXAPI v3 objects of the same names, as documented with the vendor's Terraform provider: https://registry.terraform.io/providers/a10networks/thunder/latest/docs",
  ],
};
