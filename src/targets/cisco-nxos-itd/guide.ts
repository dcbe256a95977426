import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    'Turn on what it takes, once: `feature itd`, `feature pbr`, `feature sla sender`, `feature sla responder`, and for `forwarding: nat` also `feature nat`; `feature hsrp` where VIPs have `vrrp`. ITD wants the licence for network services; NAT wants TCAM: `hardware access-list tcam region nat SIZE`, and a reload.',
    'Say `ip nat inside` on the interface of the nodes and `ip nat outside` on that of the clients.',
    'Where the VIP names no `vrrp.interface` of NX-OS (`Vlan10`, `port-channel1`), its ITD service stays shut until it has one: below `itd NAME`, `ingress interface IF`, then `no shutdown`.',
    'Paste the file in configuration mode, or `copy tftp://HOST/nxos-itd.cfg running-config`; look at `show itd` and `show ip nat translations`, then `copy running-config startup-config`.',
  ],
  drain: [
    'ITD and static NAT remember no connections, so that nothing lives out behind them. A draining node is `mode hot-standby` in the signalling pool: its clients reach another member from then on, and have to connect anew.',
    'Its media go on with `drain: keep-flows`, open to new flows as well; with `drain: flush` its ports are no longer forwarded, at once.',
  ],
  rollback: [
    'Before a change: `roomlb render cisco-nxos-itd --from OLD --topology NEW` prints the commands that make it, and with `--back` those that take it back. Services whose pools change are shut for that moment: with `forwarding: nat` the shared signalling port, with `dsr` the media of that VIP as well. Static NAT is changed without one.',
    'The switch keeps copies as well: `checkpoint before`, `rollback running-config checkpoint before`.',
  ],
  limits: [
    'What static NAT can do for media: each port and protocol of a node is one line, exact in both directions, in hardware; IPv4 only, no health check, no other source address. A port of a node stands behind one port of one address: of a VIP with several, the first is translated, and shared and own signalling ports exclude each other.',
    'A switch takes 1,024 translations unless its TCAM is cut for more; larger clusters belong behind `forwarding: dsr` or another target.',
    'ITD picks a member by bits of the source address: 256 buckets at most, so 256 members; weights are brought down to shares of 64 buckets. Each bucket takes a TCAM entry for each virtual address and port of its service.',
    'Probes: a TCP connection to the health port. HTTP has no port of its own there, and UDP probes want an IP SLA responder.',
    'Names of 20 characters: longer ids are shortened to their beginning and a piece of their hash. No tunnel, no source rewriting. IPv6 in `dsr` only, HSRP for IPv4 only.',
    'Node ports that differ from the port of the VIP need `nat destination` with `port` below the node: NX-OS 9.3 and later.',
  ],
  manual: [
    'Cisco Nexus 9000 Series NX-OS Intelligent Traffic Director Configuration Guide, Release 10.x, "Configuring ITD": https://www.cisco.com/c/en/us/td/docs/dcn/nx-os/nexus9000/105x/configuration/itd/cisco-nexus-9000-series-nx-os-intelligent-traffic-director-configuration-guide/m-configuring-itd.html',
    'Cisco Nexus 3000 and 9000 Series NX-API REST SDK User Guide, Release 9.3(x), "Configuring ITD": https://developer.cisco.com/docs/cisco-nexus-3000-and-9000-series-nx-api-rest-sdk-user-guide-and-api-reference-release-9-3x/',
    'Validate Intelligent Traffic Director Using Nexus 9000 (document 220606): how addresses fall into buckets.',
    'Cisco Nexus 9000 Series NX-OS Interfaces Configuration Guide, "Configuring Static and Dynamic NAT Translation"; Understand NAT on Nexus 9300 (document 222463).',
    'What the switch shows and takes: https://github.com/cisco/cisco-network-node-utils, cmd_ref/itd_service.yaml, cmd_ref/itd_device_group.yaml.',
  ],
};
