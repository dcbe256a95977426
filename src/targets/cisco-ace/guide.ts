import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    'Paste it in configuration mode of the context that serves the VIPs (`changeto CONTEXT`), or `copy tftp://HOST/ace.cfg running-config`; then `write memory`.',
    'The VLANs need an `access-group` that lets the traffic in: without one the ACE drops all of it.',
    'The policy is applied to every VLAN of the context. Where you would rather name VLANs, say `no service-policy input roomlb` and give `service-policy input roomlb` below each `interface vlan`.',
    'Look at `show service-policy roomlb` and `show serverfarm`.',
  ],
  drain: [
    'A draining member of the signalling pool is `inservice standby`: its TCP connections go on, clients that the sticky table knows still come, others do not. Watch them end: `show serverfarm NAME`.',
    'TCP media of a draining node are `no inservice`: connections go on, new ones do not come. `drain: flush` needs a hand: `clear conn rserver NAME serverfarm NAME`.',
    'For UDP it is the other way round: either form tears flows down at once. So `drain: flush` is `no inservice`, and with `keep-flows` the farm stays in service, open to new flows as well.',
  ],
  rollback: [
    'Before a change: `roomlb render cisco-ace --from OLD --topology NEW` prints the commands that make it, and with `--back` those that take it back.',
    'The device keeps copies as well: `checkpoint create before`, `checkpoint rollback before`.',
  ],
  limits: [
    'No tunnel. Names of 64 characters: longer ids are shortened to their beginning and a piece of their hash. Weights of 1 to 100. Idle times in steps of 30 seconds, persistence in minutes.',
    'A node has one farm for each protocol and family of its media, and one class map for each address of the VIP, whatever the number of its ports. The module takes 4,096 probes.',
    '`snat` needs the VLAN in `vrrp.interface` (`vlan20`), and its pools: `nat-pool 104 FIRST LAST netmask MASK pat`, 106 for IPv6.',
    'Redundancy is a matter of contexts: the Admin context says `ft interface vlan`, `ft peer` and `ft group`, and the standby takes this configuration over by itself. VIPs of a cluster with `vrrp` replicate their sticky tables.',
    'IPv6 needs A5(1.0), probes that send STUN A5(3.0).',
  ],
  manual: [
    'Command Reference, Cisco ACE Application Control Engine, vA5(1.0) and earlier: https://www.cisco.com/c/en/us/td/docs/interfaces_modules/services_modules/ace/vA5_1_0/command/reference/ACE_cr.html',
    'Release Note for the Cisco Application Control Engine Module, A5(3.0): hexadecimal data in TCP and UDP probes.',
    'Cisco 4700 Series Application Control Engine Appliance Security Configuration Guide, "Configuring the Connection Inactivity Timeout".',
    'User Guide for the Cisco Application Networking Manager 5.2, "Suspending Real Servers": what standby does to TCP and to all else.',
    'Server Load-Balancing Guide, Cisco ACE Application Control Engine (OL-25328-01); Administration Guide, "Configuring Redundant ACEs".',
  ],
};
